"""How a note becomes numbers: four fields, each a small alphabet. Core: no I/O, no numpy.

A note is told as (wait since the previous onset, pitch, duration, velocity). Times are exact to the tick up to four
beats, then coarser: half a beat up to eight beats, one beat up to sixteen; longer ones are sixteen beats.

Every field has, beside the classes a model may draw, two that only stand in its input: START before the first note,
UNKNOWN where the value is not known (a key still down has no duration yet; a score has no velocity).
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from midi.notes import Note

WAIT_TICKS: tuple[int, ...] = (*range(0, 97), *range(108, 193, 12), *range(216, 385, 24))
DURATION_TICKS: tuple[int, ...] = WAIT_TICKS[1:]
VELOCITY_BIN = 4


@dataclass(frozen=True, slots=True)
class Field:
    """One alphabet: `size` classes that can be drawn, ids 0 to size - 1; its input has two ids more."""

    name: str
    size: int

    @property
    def start(self) -> int:
        """The input id that stands before the first note."""
        return self.size

    @property
    def unknown(self) -> int:
        """The input id of a value that is not known."""
        return self.size + 1

    @property
    def input_size(self) -> int:
        """Rows of an embedding of this field."""
        return self.size + 2


WAIT = Field("wait", len(WAIT_TICKS) + 1)
PITCH = Field("pitch", 128)
DURATION = Field("duration", len(DURATION_TICKS))
VELOCITY = Field("velocity", 128 // VELOCITY_BIN)

END = WAIT.size - 1
"""The last class of the wait: no further note, the piece is over."""

FIELDS: tuple[Field, ...] = (WAIT, PITCH, DURATION, VELOCITY)
"""In the order in which they are drawn; a model without dynamics has the first three."""


Token = tuple[int, int, int, int]
"""A note's ids, in the order of FIELDS."""

START: Token = (WAIT.start, PITCH.start, DURATION.start, VELOCITY.start)


def nearest(grid: Sequence[int], ticks: int) -> int:
    """The index of the grid's value nearest to `ticks` (the lower of two equally near)."""
    right = bisect_left(grid, ticks)
    if right == 0:
        return 0
    if right == len(grid):
        return len(grid) - 1
    return right if grid[right] - ticks < ticks - grid[right - 1] else right - 1


def encode(note: Note, previous_onset: int | None) -> Token:
    """A note's ids, given the onset in ticks of the note before it (None: it is the first, its wait is 0)."""
    wait = 0 if previous_onset is None else note.onset - previous_onset
    return (
        nearest(WAIT_TICKS, wait),
        note.pitch,
        DURATION.unknown if note.duration is None else nearest(DURATION_TICKS, note.duration),
        VELOCITY.unknown if note.velocity is None else note.velocity // VELOCITY_BIN,
    )


def decode(token: Token, previous_onset: int, channel: int = 0) -> Note:
    """The note that a drawn token stands for, after a note at `previous_onset` ticks."""
    wait, pitch, duration, velocity = token
    return Note(
        onset=previous_onset + WAIT_TICKS[wait],
        duration=None if duration == DURATION.unknown else DURATION_TICKS[duration],
        pitch=pitch,
        velocity=None if velocity == VELOCITY.unknown else velocity * VELOCITY_BIN + VELOCITY_BIN // 2,
        channel=channel,
    )


def encode_all(notes: Iterable[Note]) -> Iterator[Token]:
    """The tokens of a whole piece, its notes in canonical order."""
    previous: int | None = None
    for note in notes:
        yield encode(note, previous)
        previous = note.onset


def fingerprint(fields: Sequence[Field]) -> str:
    """A short digest of everything a token id means; two models agree on ids if and only if it is equal."""
    layout = {
        "fields": [[field.name, field.size] for field in fields],
        "wait_ticks": WAIT_TICKS,
        "duration_ticks": DURATION_TICKS,
        "velocity_bin": VELOCITY_BIN,
        "special": ["start", "unknown"],
        "order": ["onset", "pitch"],
    }
    return hashlib.sha256(json.dumps(layout, sort_keys=True).encode()).hexdigest()[:16]
