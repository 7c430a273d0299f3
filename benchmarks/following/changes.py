"""The human who plays otherwise from a moment on, and what agrees with it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from statistics import fmean

from benchmarks.following.tunes import Phrase, Tune
from midi.names import PITCH_CLASSES
from midi.notes import TICKS_PER_BEAT, Note
from midi.tokens import PITCH, WAIT, Field
from realtime.improviser.grid import TICKS_PER_BAR
from realtime.settings import REPLY

PHRASES = 4
"""Phrases before the change, and after it."""
WINDOW = 8
"""Notes in a row by which a pace is judged, and whether an answer is back."""
FEWEST_WAITS = 4
"""A pace is judged by so many waits at least."""
TRITONE = 6
PACE, LOUDNESS = 0.25, 0.15
"""An answer agrees within these shares of the human's notes per beat, and of their velocity."""


@dataclass(frozen=True, slots=True)
class ChangedHuman:
    """Phrases in the ticks of a performance, changed after PHRASES of them; `scale`: that of the changed ones."""

    phrases: tuple[Phrase, ...]
    scale: frozenset[int]
    end: int
    """The tick at which they would go on: what is answered later does not count."""

    @property
    def changes_at(self) -> int:
        """The tick of the first changed note."""
        return self.changed[0][0].onset

    @property
    def changed(self) -> tuple[Phrase, ...]:
        """The phrases after the change."""
        return self.phrases[PHRASES:]

    def turn(self, onset: int) -> int:
        """The latest phrase begun at a tick."""
        return max((index for index, phrase in enumerate(self.phrases) if phrase[0].onset <= onset), default=0)

    def played_since(self, onset: int) -> int:
        """The number of changed notes that have been played before or at a tick."""
        return sum(note.onset <= onset for phrase in self.changed for note in phrase)


Agreement = Callable[[Sequence[Note], ChangedHuman], list[bool | None]]
"""For each note of the answer, whether it agrees with the changed human; None: that cannot be told of this one."""


@dataclass(frozen=True, slots=True)
class Change:
    """A way to play otherwise, the knob that is to follow it, and what agrees with it."""

    name: str
    knob: str
    altered: Callable[[Note], Note]
    agreement: Agreement
    kinds: Callable[[Sequence[Note]], list[int]]
    """The kinds, of notes in order, that are to follow: their entropy is the variety."""
    bends: Field | None = None
    """The field whose draws the knob bends."""
    shift: int = 0
    """The key's, in semitones."""


def _in_key(answer: Sequence[Note], human: ChangedHuman) -> list[bool | None]:
    return [note.pitch % PITCH_CLASSES in human.scale for note in answer]


def _in_register(answer: Sequence[Note], human: ChangedHuman) -> list[bool | None]:
    pitches = [note.pitch for phrase in human.changed for note in phrase]
    return [min(pitches) <= note.pitch <= max(pitches) for note in answer]


def _as_loud(answer: Sequence[Note], human: ChangedHuman) -> list[bool | None]:
    loudness = fmean(note.velocity or 0 for phrase in human.changed for note in phrase)
    return [abs((note.velocity or 0) / loudness - 1) <= LOUDNESS for note in answer]


def _at_pace(answer: Sequence[Note], human: ChangedHuman) -> list[bool | None]:
    """By the notes that follow each before the human's next phrase, beside those of the phrase before it."""
    agrees: list[bool | None] = []
    for turn, notes in groupby(answer, lambda note: human.turn(note.onset)):
        pace = _notes_per_tick([note.onset for note in human.phrases[max(turn, PHRASES)]])
        onsets = [note.onset for note in notes]
        for onset in onsets:
            ahead = sorted({later for later in onsets if later >= onset})[: WINDOW + 1]
            notes_ahead = [later for later in onsets if onset <= later <= ahead[-1]]
            can_tell = len(ahead) > FEWEST_WAITS
            agrees.append(abs(_notes_per_tick(notes_ahead) / pace - 1) <= PACE if can_tell else None)
    return agrees


def _notes_per_tick(onsets: Sequence[int]) -> float:
    """The pace of notes in order: how many strike together, by the usual wait, the geometric mean of all.

    So a held last note is no slow pace.
    """
    struck = sorted(set(onsets))
    usual = math.exp(fmean(math.log(later - earlier) for earlier, later in pairwise(struck)))
    return len(onsets) / len(struck) / usual


def _pitch_classes(notes: Sequence[Note]) -> list[int]:
    return [note.pitch % PITCH_CLASSES for note in notes]


def _waits(notes: Sequence[Note]) -> list[int]:
    """From chord or note to the next, but for the bars of the other's turn."""
    waits = [later.onset - earlier.onset for earlier, later in pairwise(notes)]
    return [wait for wait in waits if 0 < wait < TICKS_PER_BAR]


def _velocities(notes: Sequence[Note]) -> list[int]:
    return [note.velocity or 0 for note in notes]


def _half_time(note: Note) -> Note:
    return replace(note, onset=note.onset // 2, duration=max(1, (note.duration or 1) // 2))


CHANGES = (
    Change(
        "a tritone lower: pitches in the scale of the new key",
        "follow-key",
        lambda note: replace(note, pitch=note.pitch - TRITONE),
        _in_key,
        _pitch_classes,
        PITCH,
        shift=-TRITONE,
    ),
    Change("twice as fast: notes per beat within 25 %", "follow-density", _half_time, _at_pace, _waits, WAIT),
    Change(
        "two octaves lower: pitches between the human's lowest and highest",
        "follow-register",
        lambda note: replace(note, pitch=note.pitch - 2 * PITCH_CLASSES),
        _in_register,
        _pitch_classes,
        PITCH,
    ),
    Change(
        "half as loud: velocities within 15 % of the human's mean",
        "follow-dynamics",
        lambda note: replace(note, velocity=(note.velocity or 0) // 2),
        _as_loud,
        _velocities,
    ),
)


def plays(tune: Tune, change: Change, mode: str, *, from_the_start: bool) -> ChangedHuman:
    """The tune's phrases in turn, changed after PHRASES of them, or from the start.

    In turns each waits for an answer as long as it is, with a bar and a half to begin and to end in; else each begins
    on the beat after the one before.
    """
    played: list[Phrase] = []
    begin = 0
    for index in range(2 * PHRASES):
        phrase = tune.phrases[index % len(tune.phrases)]
        if from_the_start or index >= PHRASES:
            phrase = tuple(change.altered(note) for note in phrase)
        played.append(tuple(replace(note, onset=begin + note.onset) for note in phrase))
        end = max(note.end for note in played[-1])
        begin = _up_to(end, TICKS_PER_BEAT)
        if mode == REPLY:
            begin += TICKS_PER_BAR * 3 // 2 + _up_to(end - played[-1][0].onset, TICKS_PER_BAR)
    return ChangedHuman(
        tuple(played), frozenset((pitch_class + change.shift) % PITCH_CLASSES for pitch_class in tune.scale), begin
    )


def _up_to(ticks: int, step: int) -> int:
    return -(-ticks // step) * step
