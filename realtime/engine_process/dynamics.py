"""How loud the answer is: as the human plays, where the model has learned no dynamics. Engine process; pure.

A phrase's loudness is told in three parts: its mean; a steady crescendo or decrescendo, by least squares; and the
accents, what notes at each place within two beats differ from that. The answer goes on where the phrase ended, its
crescendo fading out, with the same accents.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from midi.notes import TICKS_PER_BEAT, Note

DEFAULT_VELOCITY = 80
PLACE_TICKS = TICKS_PER_BEAT // 4
ACCENTS_TICKS = 2 * TICKS_PER_BEAT
"""Accents come again after two beats, a strong and a weak one: more, and few notes of a phrase would share a place."""
PLACES = ACCENTS_TICKS // PLACE_TICKS
DOUBT = 1.0
"""An accent heard n times is believed by n / (n + DOUBT)."""
GOES_ON = 0.5
"""A crescendo goes on by so much of its rise at most."""
PULL = 0.5
"""How far, at knob 1, a learned velocity is pulled towards the human's mean: the model's own accents remain."""


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How a phrase's loudness goes on. Velocities, ticks.

    `end`: its loudness at its last note, without accents; `rise`: by how much it grew over its `length`; `accents`: by
    place from the phrase's first onset; `follow`, 0 to 1: how closely the answer takes it up, at 0 a steady 80.
    """

    mean: float = DEFAULT_VELOCITY
    end: float = DEFAULT_VELOCITY
    rise: float = 0.0
    length: int = 1
    accents: tuple[float, ...] = (0.0,) * PLACES
    follow: float = 1.0

    @classmethod
    def of(cls, notes: Collection[Note], follow: float = 1.0) -> "Dynamics":
        """Of a phrase; `follow`: the knob."""
        if not notes:
            return cls(follow=follow)
        begin = min(note.onset for note in notes)
        at = np.array([note.onset - begin for note in notes], np.float64)
        loud = np.array([DEFAULT_VELOCITY if note.velocity is None else note.velocity for note in notes], np.float64)
        mean, length = float(loud.mean()), int(at.max())
        slope = _slope(at - at.mean(), loud - mean)
        accents = _accents(at, loud - mean - slope * (at - at.mean()))
        return cls(mean, mean + slope * (length - float(at.mean())), slope * length, max(length, 1), accents, follow)

    def velocity_at(self, ticks: int, learned: int | None = None) -> int:
        """The velocity, 1 to 127, so many ticks into the answer; `learned`: what the model drew, if it has learned."""
        if learned is not None:
            return _velocity(learned + PULL * self.follow * (self.mean - learned))
        more = self.rise * GOES_ON * (1 - math.exp(-ticks / (GOES_ON * self.length)))
        loudness = self.end + more + self.accents[_place(ticks)]
        return _velocity(DEFAULT_VELOCITY + self.follow * (loudness - DEFAULT_VELOCITY))


def _slope(at: np.ndarray, loud: np.ndarray) -> float:
    """By least squares, of centred values, times the share of the variance it explains: chance is no crescendo."""
    spread, swing, common = float(at @ at), float(loud @ loud), float(at @ loud)
    return common / spread * (common * common / (spread * swing)) if spread and swing else 0.0


def _accents(at: np.ndarray, differs: np.ndarray) -> tuple[float, ...]:
    """What notes at each place differ by, on average."""
    places = np.array([_place(tick) for tick in at.tolist()])
    heard = np.bincount(places, minlength=PLACES)
    return tuple((np.bincount(places, differs, minlength=PLACES) / (heard + DOUBT)).tolist())


def _place(ticks: float) -> int:
    return round(ticks / PLACE_TICKS) % PLACES


def _velocity(loudness: float) -> int:
    return min(max(round(loudness), 1), 127)
