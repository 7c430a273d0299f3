"""The music of a model of styles, to rehearse while it learns other music: by style, in the shares it learned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from exported.card import Card
from midi.tokens import Field
from training.encoding import EncodedPiece
from training.style_corpus import StyleCorpus, excerpts
from training.style_music import style_corpus_of
from training.style_plan import SHARES

REHEARSED = 400_000
"""Notes to rehearse, about, of all styles together: more than a short training comes to."""
MEASURED = 8_000
"""Notes, about, on which forgetting is measured."""


@dataclass(frozen=True, slots=True)
class StyleReplay:
    """Music by style, and the share of each."""

    corpus: StyleCorpus
    shares: Mapping[str, float]

    def to_learn(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """Pieces that the model learned from, of each style as many notes as its share; of long ones the beginnings."""
        return self._drawn("train", inputs, REHEARSED)

    def to_measure(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """Some of the pieces by which its weights were chosen."""
        return self._drawn("valid", inputs, MEASURED)

    def _drawn(self, part: str, inputs: Sequence[Field], notes: int) -> list[EncodedPiece]:
        total = sum(self.shares.values())
        drawn: list[EncodedPiece] = []
        for style, pieces in self.corpus.encoded(part, inputs).items():
            share = self.shares[style] / total
            drawn += excerpts({style: pieces}, round(notes * share))[style]
        return drawn


def read_style_replay(card: Card, folder: Path) -> StyleReplay:
    """Read what a model of styles learned from, from a folder of note tables.

    Raises:
        InputError: a table is missing, or is not that of the card; the split is another.
    """
    print(f"reading what {card.name} learned from too, to rehearse it; --rehearse 0 spares that", flush=True)
    return StyleReplay(style_corpus_of(card, folder), card.training.get("shares", SHARES))
