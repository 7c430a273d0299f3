"""Works as token arrays, by the contract of `midi.tokens`, and whether there are dynamics worth learning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.notes import ANSWER
from midi.tokens import (
    CONTEXTS,
    DURATION_TICKS,
    FIELDS,
    METER,
    POSITION,
    VELOCITY,
    VELOCITY_BIN,
    WAIT_TICKS,
    Field,
    nearest,
)
from training.pieces import UNKNOWN, Ints, Piece, places

_WAIT_ID = np.array([nearest(WAIT_TICKS, ticks) for ticks in range(WAIT_TICKS[-1] + 1)], np.int32)
_DURATION_ID = np.array([nearest(DURATION_TICKS, ticks) for ticks in range(DURATION_TICKS[-1] + 1)], np.int32)


@dataclass(frozen=True, slots=True)
class EncodedPiece:
    """A work to learn from: `ids` int32 [N, I], a column for each input; `parts` int32 [N], the part of each note."""

    ids: Ints
    parts: Ints

    def __len__(self) -> int:
        return len(self.ids)


def model_inputs(works: Sequence[Piece]) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
    """Fields and contexts of a model of these works.

    It has velocity only if most of the notes are of works whose velocity varies.
    """
    dynamic = sum(len(work) for work in works if _varies(work))
    return (FIELDS if 2 * dynamic > sum(len(work) for work in works) else FIELDS[:-1]), CONTEXTS


def _varies(work: Piece) -> bool:
    known = work.notes[work.notes[:, 3] != UNKNOWN, 3]
    return len(known) > 0 and len(np.unique(known // VELOCITY_BIN)) > 1


def encode_piece(work: Piece, inputs: Sequence[Field]) -> EncodedPiece:
    """A work's ids (`midi.tokens.encode` for arrays, the places of its notes told where known), and its parts."""
    return EncodedPiece(tokens(work, inputs), work.notes[:, 5].copy())


def tokens(work: Piece, inputs: Sequence[Field]) -> Ints:
    """The ids of a work's notes, int32 [N, len(inputs)]; all notes are the answer's."""
    onset, duration, pitch, velocity = work.notes.T[:4]
    meter, position = places(work).T
    columns = {
        "voice": np.full(len(work), ANSWER),
        "wait": _WAIT_ID[np.minimum(np.diff(onset, prepend=onset[:1]), len(_WAIT_ID) - 1)],
        "pitch": pitch,
        "duration": _DURATION_ID[np.minimum(duration, len(_DURATION_ID) - 1)],
        "velocity": np.where(velocity == UNKNOWN, VELOCITY.unknown, velocity // VELOCITY_BIN),
        "meter": np.where(meter < 0, METER.unknown, meter),
        "position": np.where(meter < 0, POSITION.unknown, position),
    }
    return np.stack([columns[field.name] for field in inputs], axis=1).astype(np.int32)


def column(inputs: Sequence[Field], field: Field) -> int | None:
    """The column of a field in such arrays; None: the model has no such input."""
    return next((index for index, named in enumerate(inputs) if named.name == field.name), None)


def without_bars(ids: Ints, inputs: Sequence[Field]) -> Ints:
    """The same tokens [N, I] with their places unknown, as they are where there is no clock."""
    masked = ids.copy()
    for context in CONTEXTS:
        at = column(inputs, context)
        if at is not None:
            masked[:, at] = context.unknown
    return masked
