"""The music of every style, split and encoded: folk tunes and chorales of the default corpus, and note tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from midi.tokens import Field
from training.corpus import DEFAULT, read_named
from training.note_tables.reading import read_style
from training.note_tables.sources import TABLES
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Piece
from training.split import SEED, split
from training.style_split import PARTS, StyleSplit, split_style
from training.styled_encoding import EncodedStyle, encode_styled

EXCERPT = 1024
"""Notes of a long piece that a validation takes in."""
FOLK, CHORALE = "folk", "chorale"
CHORALES = "bach"
"""The folder of the default corpus that holds chorales; the others hold tunes."""


@dataclass(slots=True)
class StyleCorpus:
    """Pieces by part of the split and style."""

    parts: dict[str, dict[str, list[StyledPiece]]] = field(default_factory=lambda: {part: {} for part in PARTS})

    def add(self, style: str, pieces: StyleSplit) -> None:
        """Add pieces of a style, split."""
        for part in PARTS:
            self.parts[part].setdefault(style, []).extend(getattr(pieces, part))

    def encoded(self, part: str, inputs: Sequence[Field]) -> dict[str, list[EncodedStyle]]:
        """The pieces of a part of the split, by style."""
        return {style: [encode_styled(piece, inputs) for piece in pieces] for style, pieces in self.parts[part].items()}


def read_style_corpus(folder: Path, styles: Sequence[str]) -> StyleCorpus:
    """Read these styles; the tables lie in a folder that the user names.

    Raises:
        InputError, MachineError: as the readers of the default corpus and of the tables say.
    """
    corpus = StyleCorpus()
    default = split(read_named(DEFAULT).works) if {FOLK, CHORALE} & set(styles) else None
    for style in styles:
        if default is not None and style in (FOLK, CHORALE):
            corpus.add(style, StyleSplit(*(_scores(getattr(default, part), style) for part in PARTS)))
        if any(style in table.readers for table in TABLES):
            corpus.add(style, split_style(read_style(folder, style), default if style == CHORALE else None))
    return corpus


def _scores(works: Sequence[Piece], style: str) -> tuple[StyledPiece, ...]:
    """The works of the default corpus that are of a style."""
    return tuple(
        StyledPiece(work, style, np.full(len(work), NO_DEVIATION, np.int32), np.full(len(work), UNKNOWN, np.int32))
        for work in works
        if (work.collection == CHORALES) == (style == CHORALE)
    )


def excerpts(pieces: Mapping[str, Sequence[EncodedStyle]], notes: int) -> dict[str, list[EncodedStyle]]:
    """Draw some pieces of each style, always the same, of about so many notes; of a long one its beginning."""
    drawn: dict[str, list[EncodedStyle]] = {}
    for style, candidates in pieces.items():
        chosen = drawn.setdefault(style, [])
        for index in np.random.default_rng(SEED).permutation(len(candidates)).tolist():
            if sum(map(len, chosen)) < notes:
                piece = candidates[index]
                chosen.append(replace(piece, ids=piece.ids[:EXCERPT], parts=piece.parts[:EXCERPT]))
    return drawn
