"""A piece of music as a MIDI file holds it. Pure: reading and writing files is `midi.files`."""

from dataclasses import dataclass
from typing import NamedTuple

from midi.meter import Bar
from midi.notes import Note
from midi.tempo import TempoChange


@dataclass(frozen=True, slots=True)
class Piece:
    """A file's notes in canonical order, and its first tempo in quarter notes a minute (None: unsaid).

    `bars`: none before its first time signature, since the 4/4 that MIDI then assumes is seldom meant. `parts`: for
    each note the number of its track and channel, counted in the order of tracks, then channels, that hold notes.
    `tempi`: every change of tempo; before the first, files play at 120. `remarks`: what a musician should know of how
    it was read, each a line.
    """

    notes: tuple[Note, ...]
    bpm: float | None = None
    bars: tuple[Bar, ...] = ()
    parts: tuple[int, ...] = ()
    tempi: tuple[TempoChange, ...] = ()
    remarks: tuple[str, ...] = ()


class Control(NamedTuple):
    """A controller message to write. `at` in ticks, `channel` 0 to 15, `number` and `value` 0 to 127."""

    at: int
    channel: int
    number: int
    value: int
