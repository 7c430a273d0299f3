"""A piece of music as a table of integers: the shape in which the trainer keeps, caches and splits music."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from midi.meter import METERS, UNKNOWN_METER, Bar, bar_ticks
from midi.notes import Note

Ints = npt.NDArray[np.int32]

COLUMNS = ("onset", "duration", "pitch", "velocity", "channel", "part")
UNKNOWN = -1
"""Stands in the table where a note has no velocity, and for the place of a note in a bar that nobody knows."""
BAR_COLUMNS = ("tick", "position", "meter")
PLAYED_COLUMNS = ("late", "began", "ended", "quarter", "pedal")
"""A note as a MIDI file has it, before it was put on a tick: thousandths of a tick after that one (before: below 0);
when it began and ended by the file's tempi, in 0.1 ms; the length of a quarter note there, in us; the sustain pedal
under it, of `midi.touch`, or UNKNOWN."""
NOT_PLAYED: Ints = np.zeros((0, len(PLAYED_COLUMNS)), np.int32)
"""The table of a score."""

_BAR_TICKS = np.array([bar_ticks(meter) for meter in range(len(METERS))], np.int32)


def bar_table(bars: Sequence[Bar]) -> Ints:
    """Bars as int32 [M, 3], the columns of BAR_COLUMNS; [0, 3] where nothing is known of them."""
    rows = [(bar.tick, bar.position, bar.meter) for bar in bars]
    return np.array(rows, np.int32).reshape(-1, len(BAR_COLUMNS))


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece: where it came from, the folder it stood in, its notes and its bars, all times in ticks.

    `notes`: int32 [N, 6] in canonical order, the columns of COLUMNS; `bars`: int32 [M, 3] in the order of their ticks.
    `played`: of a MIDI file int32 [N, 5], the columns of PLAYED_COLUMNS; of a score [0, 5].
    """

    name: str
    collection: str
    notes: Ints
    bars: Ints = field(default_factory=lambda: bar_table(()))
    played: Ints = field(default_factory=lambda: NOT_PLAYED)

    def __len__(self) -> int:
        return len(self.notes)

    def cut(self, start: int, stop: int) -> "Piece":
        """Some of its notes, where they stand."""
        return replace(self, notes=self.notes[start:stop], played=self.played[start:stop])


@dataclass(frozen=True, slots=True)
class Remark:
    """A line on a file, or a tune in one: why it could not be used, or how it was read."""

    name: str
    line: str


def table(notes: Sequence[Note], parts: Sequence[int] = ()) -> Ints:
    """Notes as int32 [N, 6], the columns of COLUMNS; a key still down counts as one tick.

    `parts`: which part, voice or track of its piece each note belongs to; all to part 0 if none are given.
    """
    rows = [
        (
            note.onset,
            1 if note.duration is None else note.duration,
            note.pitch,
            UNKNOWN if note.velocity is None else note.velocity,
            note.channel,
            part,
        )
        for note, part in zip(notes, parts or [0] * len(notes), strict=True)
    ]
    return np.array(rows, np.int32).reshape(-1, len(COLUMNS))


def places(work: Piece) -> Ints:
    """The place in the bar of each note, int32 [N, 2]: index of its meter, ticks into its bar; or UNKNOWN twice.

    This is `midi.meter.place` for arrays.
    """
    onsets = work.notes[:, 0]
    rows = np.vstack([np.array([[0, 0, UNKNOWN_METER]], np.int32), work.bars])
    tick, position, meter = rows[np.searchsorted(work.bars[:, 0], onsets, side="right")].T
    into = (position + onsets - tick) % _BAR_TICKS[meter]
    return np.where(meter[:, None] == UNKNOWN_METER, UNKNOWN, np.stack([meter, into], axis=1)).astype(np.int32)
