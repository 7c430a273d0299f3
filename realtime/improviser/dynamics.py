"""The loudness of the answer: as the human plays. Pure.

A phrase's loudness has three parts: its mean; a steady crescendo or decrescendo, by least squares; and the
touch, by how much each of its notes differs from that. The answer goes on where the phrase ended, its crescendo fading
out, and each of its notes takes the touch of a note of the human's like it: at the same place within two beats, and
near in pitch. Drawn, not averaged: accents stay, and so does how far the loudness spreads.
Where the model has learned dynamics its accents are played, on the human's scale: around their mean, as far apart.
"""

import math
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from midi.notes import DEFAULT_VELOCITY, TICKS_PER_BEAT, Note
from realtime.improviser.learned_touch import LOUDEST, DrawnLoudness, DrawnScale

PLACE_TICKS = TICKS_PER_BEAT // 4
ACCENTS_TICKS = 2 * TICKS_PER_BEAT
"""Accents come again after two beats, a strong and a weak one: more, and few notes of a phrase would share a place."""
PLACES = ACCENTS_TICKS // PLACE_TICKS
ELSEWHERE = 0.03
"""The weight of a touch from another place beside one from the same."""
NEAR_SEMITONES = 7.0
"""At such a distance in pitch a touch counts less by a factor e."""
GOES_ON = 0.5
"""A crescendo goes on by so much of its rise at most."""
FEWEST_SPREAD = 4
"""Notes of which a spread is heard."""
LEAST_SPREAD = 1.0
"""Keys whose notes are all alike have no touch: nothing is heard from them of how far loudness spreads."""
USUAL_SPREAD = 12.0
"""The spread of velocities where none is heard."""


class Touch(NamedTuple):
    """A note of the human's: its place in two beats, its pitch, and how much louder than the phrase it was."""

    accent: int
    pitch: int
    louder: float


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The loudness with which a phrase goes on. Velocities, ticks.

    `mean` and `spread` (standard deviation): of its notes; `end`: its loudness at its last note, without touch; `rise`:
    by how much it grew over its `length`; `touches`: of its notes; `follow`, 0 to 1: how closely the answer takes it
    up, at 0 a steady 80, or as learned.
    """

    mean: float = DEFAULT_VELOCITY
    end: float = DEFAULT_VELOCITY
    spread: float = USUAL_SPREAD
    rise: float = 0.0
    length: int = 1
    touches: tuple[Touch, ...] = ()
    follow: float = 1.0

    @classmethod
    def of(cls, notes: Collection[Note], follow: float = 1.0) -> "Dynamics":
        """The dynamics after a phrase; `follow`: the knob."""
        if not notes:
            return cls(follow=follow)
        begin = min(note.onset for note in notes)
        at = np.array([note.onset - begin for note in notes], np.float64)
        loud = np.array([DEFAULT_VELOCITY if note.velocity is None else note.velocity for note in notes], np.float64)
        mean, length = float(loud.mean()), int(at.max())
        slope = _slope(at - at.mean(), loud - mean)
        differs = (loud - mean - slope * (at - at.mean())).tolist()
        touches = tuple(
            Touch(_accent(tick), note.pitch, louder)
            for tick, note, louder in zip(at.tolist(), notes, differs, strict=True)
        )
        end = mean + slope * (length - float(at.mean()))
        return cls(mean, end, _spread(loud), slope * length, max(length, 1), touches, follow)

    def learned_velocity(self, drawn: int, scale: DrawnScale) -> int:
        """The velocity of a note for which the model drew one: its accent, on the human's scale as far as they played.

        `scale`: of what was drawn before.
        """
        above = scale.standard(drawn, self.mean, self.spread)
        if not self.touches:
            return drawn
        return _velocity(drawn + self.follow * (self.mean + self.spread * above - drawn))

    def stroke_velocity(self, drawn: int, usual: float, strokes: DrawnLoudness) -> int:
        """The velocity with which a drummer's stroke sounds: as loud in the mean as the human, as far as they played.

        `usual`: the mean of what its model learned from; `strokes`: those drawn before.
        """
        factor = strokes.factor(drawn, usual, self.mean)
        return _velocity(drawn * factor**self.follow) if self.touches else drawn

    def velocity_at(self, ticks: int, pitch: int, chance: float = 0.5) -> int:
        """The velocity, 1 to 127, of a note so many ticks into the answer, of a model that draws none.

        `chance`: from 0 to below 1, which of the touches alike.
        """
        more = self.rise * GOES_ON * (1 - math.exp(-ticks / (GOES_ON * self.length)))
        loudness = self.end + more + self._touch(_accent(ticks), pitch, chance)
        return _velocity(DEFAULT_VELOCITY + self.follow * (loudness - DEFAULT_VELOCITY))

    def _touch(self, accent: int, pitch: int, chance: float) -> float:
        """The loudness of a note beside the phrase's, by its place in two beats: as one of the human's like it."""
        if not self.touches:
            return 0.0
        like = [
            (1.0 if touch.accent == accent else ELSEWHERE) * math.exp(-abs(touch.pitch - pitch) / NEAR_SEMITONES)
            for touch in self.touches
        ]
        sums = list(accumulate(like))
        return self.touches[bisect_right(sums, chance * sums[-1], hi=len(sums) - 1)].louder


def _slope(at: np.ndarray, loud: np.ndarray) -> float:
    """By least squares, of centred values, times the share of the variance it explains: chance is no crescendo."""
    spread, swing, common = float(at @ at), float(loud @ loud), float(at @ loud)
    return common / spread * (common * common / (spread * swing)) if spread and swing else 0.0


def _spread(loud: np.ndarray) -> float:
    spread = float(loud.std())
    return spread if len(loud) >= FEWEST_SPREAD and spread >= LEAST_SPREAD else USUAL_SPREAD


def _accent(ticks: float) -> int:
    return round(ticks / PLACE_TICKS) % PLACES


def _velocity(loudness: float) -> int:
    return min(max(round(loudness), 1), LOUDEST)
