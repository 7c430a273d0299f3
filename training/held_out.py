"""The music that a model is measured on: its own split, made again from the files and compared with its card's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from exported.card import Card
from midi.errors import InputError, MachineError
from midi.tokens import Field
from training.corpus import DEFAULT, Corpus, read_folder, read_named
from training.encoding import EncodedPiece
from training.pieces import Piece
from training.split import PARTS, TEST, VALID, some, split
from training.style_music import has_styles
from training.style_replay import read_style_replay
from training.touched_encoding import encode_works

KNOWN_SAMPLE = 8_000
"""Notes of the validation works, about, on which forgetting is measured."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """`learned`: the works that the model learned from; `works`: those it is measured on; `part`: TEST or VALID."""

    learned: tuple[Piece, ...]
    works: tuple[Piece, ...]
    part: str
    remark: str = ""
    """A warning to readers of an unusual split, or of a sample."""

    @property
    def notes(self) -> int:
        """Notes to predict."""
        return sum(map(len, self.works))

    def sampled(self, notes: int) -> "HeldOut":
        """The same few works by chance that hold about so many notes; all of them if there are no more."""
        works = tuple(sorted(some(self.works, notes), key=lambda work: work.name))
        if len(works) == len(self.works):
            return self
        remark = f"a sample of {len(works):,} of {len(self.works):,} works: the figures are rough"
        return HeldOut(self.learned, works, self.part, "; ".join(filter(None, (self.remark, remark))))

    def to_learn(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """The works that the model learned from, encoded."""
        return encode_works(self.learned, inputs)

    def to_measure(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """The works it is measured on, encoded."""
        return encode_works(self.works, inputs)

    def lines(self, card: Card) -> Iterator[str]:
        """The model and its music, as the head of a report."""
        yield (
            f"{card.name} (sha256 {card.graph_sha256[:16]}), {card.parameters:,} parameters, "
            f"on the {PARTS[self.part]} pieces, which it did not learn from: {len(self.works):,} works, "
            f"{self.notes:,} notes"
        )
        if self.remark:
            yield f"mind: {self.remark}"


def held_out_music(card: Card, data: Path | None, part: str) -> HeldOut:
    """Read the music that a model learned from, and split it as it was split for the training.

    Raises:
        InputError: the music is not named, not given, or not that of the card.
    """
    corpus = _read(card, data)
    _check(card, corpus)
    parts = split(corpus.works)
    works, part = (parts.judged, parts.judged_part) if part == TEST else (parts.valid, VALID)
    return HeldOut(parts.train, works, part, parts.remark)


class Known(Protocol):
    """The music that a model learned from: pieces to rehearse, and some to measure what it forgets."""

    def to_learn(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """The pieces to rehearse, encoded for a model with these inputs."""

    def to_measure(self, inputs: Sequence[Field]) -> list[EncodedPiece]:
        """The pieces to measure."""


def replay_corpus(card: Card, tables: Path | None = None) -> Known | None:
    """Read what a model learned from, to rehearse it; says so where that cannot be read here.

    Only the default corpus can, and note tables where their folder is named. The works to measure are some of those by
    which its weights were chosen.

    Raises:
        InputError: the folder holds other tables than the model learned from.
    """
    if has_styles(card) and tables is not None:
        return read_style_replay(card, tables)
    name, corpus = card.name, card.corpus.get("name")
    why = "name the folder of its note tables: --tables" if has_styles(card) else f"it was {corpus or 'not told'}"
    if corpus == DEFAULT:
        print(f"reading what {name} learned from too, to rehearse it; --rehearse 0 spares that", flush=True)
        try:
            return held_out_music(card, None, VALID).sampled(KNOWN_SAMPLE)
        except (InputError, MachineError) as error:
            why = str(error)
    print(f"mind: what {name} learned from cannot be read here ({why}): nothing is rehearsed, and it may forget")
    return None


def _read(card: Card, data: Path | None) -> Corpus:
    if data is not None:
        return read_folder(data)
    name = card.corpus.get("name")
    if name == DEFAULT:
        return read_named(DEFAULT)
    music = f"{name!r}" if name else "music that its card does not name"
    raise InputError(f"{card.name} learned from {music}: give the folder of that music with --data DIR")


def _check(card: Card, corpus: Corpus) -> None:
    digest = card.corpus.get("digest")
    if corpus.digest != digest:
        raise InputError(
            f"{corpus.name} is not the music that {card.name} learned from, so what it has seen of it is not known: "
            f"the digest here is {corpus.digest[:16]}, in the card {str(digest)[:16]} "
            f"({len(corpus.works):,} works here, {card.corpus.get('works', 'an unknown number of')} there)"
        )
