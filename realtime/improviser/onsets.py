"""The onsets of a phrase, as a beat is sought in them: chords are one, each with how it was struck. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from midi.nanoseconds import NS_PER_MS
from realtime.improviser.rhythm import Floats

CHORD_NS = 30 * NS_PER_MS
"""Onsets this close to a chord's first are one."""
MOST = 64
"""Chords or single notes: of more, only the latest are heard."""
FADE = 0.94
"""The weight of an onset beside the next one."""
LEAST_VELOCITY_SPREAD = 3.0
"""A standard deviation of velocities below this one is no accents."""


class Strike(NamedTuple):
    """A key that was pressed: when (ns), which, how hard (MIDI)."""

    at_ns: int
    pitch: int = 60
    velocity: int = 80


@dataclass(frozen=True, slots=True)
class Onsets:
    """Chords and single notes, in order; an array has one row each.

    `times`: ns from the last one, none positive. `end_ns`: the moment of the last. `velocity`: of the loudest note.
    `lowest`: the lowest pitch. `size`: how many notes. `weights`: what each counts, 1 for the last.
    """

    times: Floats
    end_ns: int
    velocity: Floats
    lowest: Floats
    size: Floats
    weights: Floats

    @classmethod
    def of(cls, strikes: Sequence[Strike], most: int = MOST) -> "Onsets":
        """The latest onsets of strikes in any order; a chord is where the middle of its strikes is."""
        chords: list[list[Strike]] = []
        for strike in sorted(strikes):
            if chords and strike.at_ns - chords[-1][0].at_ns <= CHORD_NS:
                chords[-1].append(strike)
            else:
                chords.append([strike])
        chords = chords[-most:]
        times = [round(sum(strike.at_ns for strike in chord) / len(chord)) for chord in chords]
        end_ns = times[-1] if times else 0
        return cls(
            np.array([time - end_ns for time in times], np.float64),
            end_ns,
            np.array([max(strike.velocity for strike in chord) for chord in chords], np.float64),
            np.array([min(strike.pitch for strike in chord) for chord in chords], np.float64),
            np.array([len(chord) for chord in chords], np.float64),
            FADE ** np.arange(len(chords) - 1, -1, -1.0),
        )

    def __len__(self) -> int:
        return len(self.times)

    @property
    def waits(self) -> Floats:
        """From each onset to the next, ns."""
        return np.diff(self.times)

    @property
    def stress(self) -> Floats:
        """The loudness of each beside the others: most of it lies in the few that are loudest."""
        score = (self.velocity - self.velocity.mean()) / max(self.velocity.std(), LEAST_VELOCITY_SPREAD)
        score = np.clip(score, -2.5, 2.5)
        return np.asarray(np.where(score > 0, score**2 / 2, score / 4))
