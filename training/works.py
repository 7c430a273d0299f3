"""A work: one piece of music as a table of integers, the shape in which the workshop keeps, caches and splits music."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from midi.notes import Note

Ints = npt.NDArray[np.int32]

COLUMNS = ("onset", "duration", "pitch", "velocity", "channel")
UNKNOWN = -1
"""Stands in the table where a note has no velocity."""


@dataclass(frozen=True, slots=True)
class Work:
    """A piece: where it came from, the folder it stood in, and its notes, int32 [N, 5] in canonical order, in ticks."""

    name: str
    collection: str
    notes: Ints

    def __len__(self) -> int:
        return len(self.notes)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a tune in one, that could not be used, and why."""

    name: str
    reason: str


def table(notes: Sequence[Note]) -> Ints:
    """Notes as int32 [N, 5], the columns of COLUMNS; a key still down counts as one tick."""
    rows = [
        (
            note.onset,
            1 if note.duration is None else note.duration,
            note.pitch,
            UNKNOWN if note.velocity is None else note.velocity,
            note.channel,
        )
        for note in notes
    ]
    return np.array(rows, np.int32).reshape(-1, len(COLUMNS))


def notes_of(rows: Ints) -> list[Note]:
    """The notes of such a table."""
    return [
        Note(onset, duration, pitch, None if velocity == UNKNOWN else velocity, channel)
        for onset, duration, pitch, velocity, channel in cast(list[list[int]], rows.tolist())
    ]
