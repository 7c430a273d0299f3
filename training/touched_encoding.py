"""The user's own works as token arrays, with their touch where a model takes it in; and the fields worth learning."""

from collections.abc import Sequence

from midi.tokens import CONTEXTS, DEVIATION, FIELDS, PEDAL, STYLE, TOUCH, Field
from training.encoding import EncodedPiece, encode_piece, varies
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Piece
from training.styled_encoding import encode_styled
from training.touch import with_touch


def model_inputs(works: Sequence[Piece]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Fields and contexts of a model of these works alone.

    It has a field of TOUCH only if most of the notes are of works that tell it.
    """
    notes = dict.fromkeys(TOUCH, 0)
    for work in works:
        for field in touch_of(with_touch(work, "", keep_ticks=True)):
            notes[field] += len(work)
    learned = [field for field in TOUCH if 2 * notes[field] > sum(map(len, works))]
    return (*(field for field in FIELDS if field not in TOUCH), *learned), CONTEXTS


def told_touch(works: Sequence[Piece]) -> set[Field]:
    """The fields of TOUCH that any of these works tells."""
    return {field for work in works for field in touch_of(with_touch(work, ""))}


def touch_of(piece: StyledPiece) -> list[Field]:
    """The fields of TOUCH that a piece tells."""
    tells = (varies(piece.piece), (piece.deviation != NO_DEVIATION).any(), (piece.pedal != UNKNOWN).any())
    return [field for field, known in zip(TOUCH, tells, strict=True) if known]


def takes_touch(inputs: Sequence[Field]) -> bool:
    """True if a model with these inputs takes in placement, pedal or style."""
    return not {DEVIATION, PEDAL, STYLE}.isdisjoint(inputs)


def encode_works(works: Sequence[Piece], inputs: Sequence[Field], style: str = "") -> list[EncodedPiece]:
    """Encode works for a model with these inputs; of this style, if they are of one that it knows.

    A model without styles learns from them alone: it has no other rhythm than theirs, be it of a file without beats.
    """
    if not takes_touch(inputs):
        return [encode_piece(work, inputs) for work in works]
    keep_ticks = STYLE not in inputs
    return [encode_styled(with_touch(work, style, keep_ticks=keep_ticks), inputs) for work in works]
