"""The scale of what a model draws of touch: its mean and spread of late, from which it becomes the human's."""

import math
from collections import deque
from dataclasses import dataclass, field

FORGETTING = 1 - 1 / 32
"""By so much a value counts less with each that comes after it."""
PRIOR_NOTES = 8
"""At first counts as much as so many notes what is expected: the scale of what the model has heard."""
LATEST = 32
"""Strokes by which it is known how loud a drummer is."""
LOUDEST = 127
FARTHEST = 2.5
"""No note is farther from the mean, in spreads."""


@dataclass(slots=True)
class DrawnScale:
    """Mean and spread of the values drawn, velocities or ms, with those expected of them at first."""

    _count: float = 0.0
    _sum: float = 0.0
    _squares: float = 0.0

    def standard(self, drawn: int, mean: float, spread: float) -> float:
        """By how many spreads a value drawn now is above the mean; `mean`, `spread` (above 0): as expected."""
        if not self._count:
            self._add(PRIOR_NOTES, mean, mean**2 + spread**2)
        self._add(1, drawn, drawn**2)
        drawn_mean = self._sum / self._count
        variance = self._squares / self._count - drawn_mean**2
        above = (drawn - drawn_mean) / math.sqrt(max(variance, 1.0))
        return max(-FARTHEST, min(above, FARTHEST))

    def _add(self, count: int, mean: float, mean_square: float) -> None:
        self._count = self._count * FORGETTING + count
        self._sum = self._sum * FORGETTING + count * mean
        self._squares = self._squares * FORGETTING + count * mean_square


@dataclass(slots=True)
class DrawnLoudness:
    """The loudness of the strokes drawn of late, from which it becomes the human's: a drummer is not told theirs."""

    _latest: deque[int] = field(default_factory=lambda: deque(maxlen=LATEST))

    def factor(self, drawn: int, usual: float, mean: float) -> float:
        """The factor that gives the strokes drawn of late this mean, as far as the loudest of them allows.

        `usual`: their mean as expected. Ghost notes beside accents cannot all grow: what is cut off at 127 has lost its
        accents.
        """
        self._latest.append(drawn)
        known = (PRIOR_NOTES * usual + sum(self._latest)) / (PRIOR_NOTES + len(self._latest))
        return min(mean / known, LOUDEST / max(self._latest))
