"""Works as token arrays, by the contract of `midi.tokens`, and whether there are dynamics worth learning."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.notes import ANSWER
from midi.tokens import (
    CONTEXTS,
    DURATION,
    DURATION_TICKS,
    METER,
    POSITION,
    VELOCITY,
    VELOCITY_BIN,
    WAIT,
    WAIT_TICKS,
    Field,
    nearest,
)
from training.pieces import UNKNOWN, Ints, Piece, places

_WAIT_ID = np.array([nearest(WAIT_TICKS, ticks) for ticks in range(WAIT_TICKS[-1] + 1)], np.int32)
_DURATION_ID = np.array([nearest(DURATION_TICKS, ticks) for ticks in range(DURATION_TICKS[-1] + 1)], np.int32)


@dataclass(frozen=True, slots=True)
class EncodedPiece:
    """A work to learn from: `ids` int32 [N, I], a column for each input; `parts` int32 [N], the part of each note.

    `human_parts`, `has_beats`: as in `training.note_tables.styled_piece.StyledPiece`.
    """

    ids: Ints
    parts: Ints
    human_parts: frozenset[int] = frozenset()
    has_beats: bool = True

    def __len__(self) -> int:
        return len(self.ids)


def varies(work: Piece) -> bool:
    """True if a work has dynamics: its notes are not all as loud."""
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


def rescaled(ids: Ints, inputs: Sequence[Field], factor: float) -> Ints:
    """The same tokens [N, I] at another nominal tempo; what is not struck together stays apart."""
    scaled = ids.copy()
    wait, duration = column(inputs, WAIT), column(inputs, DURATION)
    if wait is not None:
        waits = _nearest(WAIT_TICKS, factor)[ids[:, wait]]
        scaled[:, wait] = np.where(ids[:, wait] > 0, np.maximum(waits, 1), 0)
    if duration is not None:
        scaled[:, duration] = _nearest(DURATION_TICKS, factor)[ids[:, duration]]
    return scaled


def _nearest(ticks: Sequence[int], factor: float) -> Ints:
    """For each class, the class of so many times its ticks."""
    return np.array([nearest(ticks, round(factor * tick)) for tick in ticks], np.int32)
