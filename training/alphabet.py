"""Works as token arrays, by the contract of `midi.tokens`, and whether there are dynamics worth learning."""

from collections.abc import Sequence

import numpy as np

from midi.tokens import DURATION_TICKS, FIELDS, VELOCITY, VELOCITY_BIN, WAIT_TICKS, Field, nearest
from training.works import UNKNOWN, Ints, Work

_WAIT_ID = np.array([nearest(WAIT_TICKS, ticks) for ticks in range(WAIT_TICKS[-1] + 1)], np.int32)
_DURATION_ID = np.array([nearest(DURATION_TICKS, ticks) for ticks in range(DURATION_TICKS[-1] + 1)], np.int32)


def model_fields(works: Sequence[Work]) -> tuple[Field, ...]:
    """The fields a model of these works has: velocity only if most of the notes are of works whose velocity varies."""
    dynamic = sum(len(work) for work in works if _varies(work))
    return FIELDS if 2 * dynamic > sum(len(work) for work in works) else FIELDS[:-1]


def _varies(work: Work) -> bool:
    known = work.notes[work.notes[:, 3] != UNKNOWN, 3]
    return len(known) > 0 and len(np.unique(known // VELOCITY_BIN)) > 1


def tokens(work: Work, fields: Sequence[Field]) -> Ints:
    """The ids of a work's notes, int32 [N, len(fields)]: `midi.tokens.encode_all` for arrays."""
    onset, duration, pitch, velocity, _ = work.notes.T
    columns = {
        "wait": _WAIT_ID[np.minimum(np.diff(onset, prepend=onset[:1]), len(_WAIT_ID) - 1)],
        "pitch": pitch,
        "duration": _DURATION_ID[np.minimum(duration, len(_DURATION_ID) - 1)],
        "velocity": np.where(velocity == UNKNOWN, VELOCITY.unknown, velocity // VELOCITY_BIN),
    }
    return np.stack([columns[field.name] for field in fields], axis=1).astype(np.int32)
