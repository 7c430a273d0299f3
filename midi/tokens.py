"""A note as numbers: fields, each a small alphabet, and its place in the bar. Core: no I/O, no numpy.

A note is told as (voice, wait since the previous onset, pitch, duration, velocity, and perhaps deviation and pedal),
drawn in this order: whose note is next, when, which, with what touch. Times are exact to the tick up to four beats,
then coarser: half a beat up to eight beats, one beat up to sixteen; longer ones are sixteen beats. Its contexts (meter,
position in the bar, and perhaps style) are given, never drawn: once the wait is drawn they follow.

Every field and context has, beside its classes, two ids that only stand in the input: START before the first note,
UNKNOWN where the value is not known (a key still down has no duration yet; a score has no velocity; without a clock
nobody knows the bar).
"""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from midi.meter import LONGEST_BAR, METERS
from midi.notes import ANSWER, HUMAN, Note
from midi.touch import DEVIATION_BIN_MS, DEVIATIONS, PEDALS, deviation_class, deviation_ms

WAIT_TICKS: tuple[int, ...] = (*range(0, 97), *range(108, 193, 12), *range(216, 385, 24))
DURATION_TICKS: tuple[int, ...] = WAIT_TICKS[1:]
VELOCITY_BIN = 4
STYLES = (
    "folk",
    "chorale",
    "song",
    "classical",
    "performance",
    "ragtime",
    "jazz",
    "bass",
    "band",
    "strings",
    "drums",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One alphabet: `size` classes, ids 0 to size - 1; its input has two ids more."""

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


VOICE = Field("voice", 1 + max(HUMAN, ANSWER))
WAIT = Field("wait", len(WAIT_TICKS) + 1)
PITCH = Field("pitch", 128)
DURATION = Field("duration", len(DURATION_TICKS))
VELOCITY = Field("velocity", 128 // VELOCITY_BIN)
DEVIATION = Field("deviation", DEVIATIONS)
"""Early or late against the tick (`midi.touch`): a late note is no other rhythm."""
PEDAL = Field("pedal", PEDALS)
METER = Field("meter", len(METERS))
POSITION = Field("position", LONGEST_BAR)
STYLE = Field("style", len(STYLES))

END = WAIT.size - 1
"""The last class of the wait: no further note, the piece is over."""

FIELDS: tuple[Field, ...] = (VOICE, WAIT, PITCH, DURATION, VELOCITY)
"""In the order in which they are drawn; a model may lack the voice, and one without dynamics lacks the velocity."""
CONTEXTS: tuple[Field, ...] = (METER, POSITION)
"""Inputs of a model beside a note's fields; a model has both or none."""
STYLED_FIELDS: tuple[Field, ...] = (*FIELDS, DEVIATION, PEDAL)
STYLED_CONTEXTS: tuple[Field, ...] = (*CONTEXTS, STYLE)
"""Those of a model of styles; one of drums lacks the pedal and the style."""

_CONTEXT_NAMES = tuple(context.name for context in STYLED_CONTEXTS)

TOUCH: tuple[Field, ...] = (VELOCITY, DEVIATION, PEDAL)
"""Fields that are known of some music only."""

Token = tuple[int, ...]
"""A note's ids, in the order of a model's inputs: its fields, then its contexts."""
Place = tuple[int, ...]
"""Ids of a note's contexts in order: meter and position, then perhaps the style."""

NOWHERE: Place = (METER.unknown, POSITION.unknown)
"""The place of a note where no bar is known."""
UNKNOWN_CONTEXTS: Place = tuple(context.unknown for context in STYLED_CONTEXTS)
"""Ids of all contexts where nothing is known."""


def nearest(grid: Sequence[int], ticks: int) -> int:
    """The index of the grid's value nearest to `ticks` (the lower of two equally near)."""
    right = bisect_left(grid, ticks)
    if right == 0:
        return 0
    if right == len(grid):
        return len(grid) - 1
    return right if grid[right] - ticks < ticks - grid[right - 1] else right - 1


def start(inputs: Sequence[Field]) -> Token:
    """The ids that stand before the first note."""
    return tuple(field.start for field in inputs)


def encode(note: Note, previous_onset: int | None, inputs: Sequence[Field], place: Place = NOWHERE) -> Token:
    """A note's ids, given the onset in ticks of the note before it (None: it is the first, its wait is 0).

    `inputs`: the model's fields and contexts, of STYLED_FIELDS and STYLED_CONTEXTS. `place` may leave out the last
    contexts, which are unknown then.
    """
    wait = 0 if previous_onset is None else note.onset - previous_onset
    ids = {
        VOICE.name: note.voice,
        WAIT.name: nearest(WAIT_TICKS, wait),
        PITCH.name: note.pitch,
        DURATION.name: DURATION.unknown if note.duration is None else nearest(DURATION_TICKS, note.duration),
        VELOCITY.name: VELOCITY.unknown if note.velocity is None else note.velocity // VELOCITY_BIN,
        DEVIATION.name: DEVIATION.unknown if note.deviation_ms is None else deviation_class(note.deviation_ms),
        PEDAL.name: PEDAL.unknown if note.pedal is None else note.pedal,
    }
    ids.update(zip(_CONTEXT_NAMES, place + UNKNOWN_CONTEXTS[len(place) :], strict=True))
    return tuple([ids[field.name] for field in inputs])


def decode(ids: Sequence[int], fields: Sequence[Field], previous_onset: int, channel: int = 0) -> Note:
    """The note that the drawn ids of these fields stand for, after a note at `previous_onset` ticks."""
    drawn = {field.name: value for field, value in zip(fields, ids, strict=True)}
    duration = drawn[DURATION.name]
    velocity = drawn.get(VELOCITY.name, VELOCITY.unknown)
    deviation = drawn.get(DEVIATION.name, DEVIATION.unknown)
    pedal = drawn.get(PEDAL.name, PEDAL.unknown)
    return Note(
        onset=previous_onset + WAIT_TICKS[drawn[WAIT.name]],
        duration=None if duration == DURATION.unknown else DURATION_TICKS[duration],
        pitch=drawn[PITCH.name],
        velocity=None if velocity == VELOCITY.unknown else velocity * VELOCITY_BIN + VELOCITY_BIN // 2,
        channel=channel,
        voice=drawn.get(VOICE.name, ANSWER),
        deviation_ms=None if deviation == DEVIATION.unknown else deviation_ms(deviation),
        pedal=None if pedal == PEDAL.unknown else pedal,
    )


_MEANINGS: tuple[tuple[Field, object], ...] = ((DEVIATION, DEVIATION_BIN_MS), (STYLE, STYLES))
"""The meaning of ids that not every model has: part of the fingerprint of those that have them."""


def fingerprint(inputs: Sequence[Field]) -> str:
    """A short digest of everything a token id means; two models agree on ids if and only if it is equal."""
    layout = {
        "inputs": [[field.name, field.size] for field in inputs],
        "wait_ticks": WAIT_TICKS,
        "duration_ticks": DURATION_TICKS,
        "velocity_bin": VELOCITY_BIN,
        "meters": METERS,
        "special": ["start", "unknown"],
        "order": ["onset", "pitch"],
    } | {field.name: meaning for field, meaning in _MEANINGS if field in inputs}
    return hashlib.sha256(json.dumps(layout, sort_keys=True).encode()).hexdigest()[:16]
