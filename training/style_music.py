"""The held-out music of a model of styles, read from its tables, split again and compared with its card."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exported.card import Card
from midi.errors import InputError
from training.note_tables.sources import TABLES
from training.split import PARTS
from training.style_corpus import StyleCorpus, excerpts, read_style_corpus
from training.style_facts import corpus_facts
from training.styled_encoding import EncodedStyle

Pieces = Mapping[str, Sequence[EncodedStyle]]


@dataclass(frozen=True, slots=True)
class StyleMusic:
    """Pieces by style, encoded: `learned` by the model, and `judged`, of the part TEST or VALID."""

    learned: Pieces
    judged: Pieces
    part: str
    is_sample: bool = False

    @property
    def notes(self) -> int:
        """Notes to predict."""
        return sum(len(piece) for pieces in self.judged.values() for piece in pieces)

    def lines(self, card: Card) -> Iterator[str]:
        """The model and its music, as the head of a report."""
        works = sum(map(len, self.judged.values()))
        yield (
            f"{card.name} (sha256 {card.graph_sha256[:16]}), {card.parameters:,} parameters, on the {PARTS[self.part]} "
            f"pieces of {len(self.judged)} styles, which it did not learn from: {works:,} works, {self.notes:,} notes"
        )
        if self.is_sample:
            yield "mind: a sample, and of long pieces the beginnings: the figures are rough; --all takes all"


def has_styles(card: Card) -> bool:
    """True if a model learned from note tables, style by style."""
    return bool(card.corpus.get("tables"))


def style_music(card: Card, folder: Path | None, part: str, sample: int | None = None) -> StyleMusic:
    """Read what a model of styles learned from, and the held-out pieces of a part: all, or so many notes a style.

    Raises:
        InputError: the folder is not named; a table is missing, or not that of the card; the split is another.
    """
    return encoded_music(style_corpus_of(card, folder), card, part, sample)


def encoded_music(corpus: StyleCorpus, card: Card, part: str, sample: int | None = None) -> StyleMusic:
    """Encode a corpus for a model: all held-out pieces of a part, or so many notes a style."""
    judged = {style: pieces for style, pieces in corpus.encoded(part, card.inputs).items() if pieces}
    if sample is not None:
        judged = excerpts(judged, sample)
    return StyleMusic(corpus.encoded("train", card.inputs), judged, part, is_sample=sample is not None)


def style_corpus_of(card: Card, folder: Path | None) -> StyleCorpus:
    """Read the music of a card from a folder of note tables; raises as `style_music`."""
    if folder is None:
        raise InputError(f"{card.name} learned from note tables: give the folder that holds them with --tables FOLDER")
    _check_tables(card)
    corpus = read_style_corpus(folder, list(card.corpus["styles"]))
    _check_split(card, corpus_facts(corpus)["styles"])
    return corpus


def _check_tables(card: Card) -> None:
    known = {table.file: table.sha256 for table in TABLES}
    for table in card.corpus["tables"]:
        if known.get(table["file"]) != table["sha256"]:
            raise InputError(
                f"{card.name} learned from {table['file']} with sha256 {table['sha256'][:16]}...; this Antiphon knows "
                f"{known.get(table['file'], 'no such table')[:16]}: measure it with the Antiphon that trained it"
            )


def _check_split(card: Card, sizes: Mapping[str, Any]) -> None:
    for style, parts in card.corpus["styles"].items():
        if sizes[style] != parts:
            raise InputError(
                f"the {style} music is not split as it was for {card.name}, so what it has seen is not known: "
                f"{sizes[style]} here, {parts} in its card"
            )
