"""The split of each style: pieces to learn from, to choose by and to judge by.

The makers' own split where there is one; else whole families: by player where the source names them, by likeness of
the notes where not. What is kin to a held-out piece of the default corpus is held out with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.families import families
from training.note_tables.styled_piece import StyledPiece
from training.pieces import Piece
from training.split import Split, split, split_families

PARTS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class StyleSplit:
    """The pieces of a style."""

    train: tuple[StyledPiece, ...]
    valid: tuple[StyledPiece, ...]
    test: tuple[StyledPiece, ...]


def split_style(pieces: Sequence[StyledPiece], default: Split | None = None) -> StyleSplit:
    """Split the pieces of one style; `default`: the default corpus, split, whose kin must not part from it."""
    if pieces[0].part:
        parts = {piece.piece.name: piece.part for piece in pieces}
    elif pieces[0].family:
        parts = _places(split_families(_by_label(pieces)))
    else:
        parts = _places(split([piece.piece for piece in pieces]))
        if default is not None:
            parts |= _kin(pieces, default)
    return _parted(pieces, parts)


def _by_label(pieces: Sequence[StyledPiece]) -> list[list[Piece]]:
    grouped: dict[str, list[Piece]] = {}
    for piece in pieces:
        grouped.setdefault(piece.family, []).append(piece.piece)
    return list(grouped.values())


def _places(parts: Split) -> dict[str, str]:
    return {work.name: part for part in PARTS for work in getattr(parts, part)}


def _kin(pieces: Sequence[StyledPiece], default: Split) -> dict[str, str]:
    """The pieces that are of a family with held-out works of the default corpus: the part those are in."""
    held = _places(default)
    works = [*default.train, *default.valid, *default.test]
    joint = [*works, *(piece.piece for piece in pieces)]
    kin: dict[str, str] = {}
    for family in families(joint):
        parts = {held[works[index].name] for index in family if index < len(works)} - {"train"}
        if parts:
            kin |= {joint[index].name: max(parts) for index in family if index >= len(works)}
    return kin


def _parted(pieces: Sequence[StyledPiece], parts: Mapping[str, str]) -> StyleSplit:
    by_part = {part: tuple(piece for piece in pieces if parts[piece.piece.name] == part) for part in PARTS}
    return StyleSplit(by_part["train"], by_part["valid"], by_part["test"])
