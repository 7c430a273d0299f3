"""Whether an answer is in the key of the phrase it answers.

The key is Krumhansl and Schmuckler's: that of the 24 whose profile (see `realtime.improviser.key`) correlates best with
how long the phrase dwells on each pitch class. Two figures for an answer, both weighted by duration: the share of it in
the key's scale, and how it correlates with the key's profile: notes drawn blindly from the scale have all of the first
and little of the second.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from realtime.improviser.key import MAJOR, MINOR, SCALES
from training.pieces import Ints

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Key:
    """`tonic`: pitch class, 0 is C; `mode`: 0 major, 1 minor."""

    tonic: int
    mode: int

    @property
    def scale(self) -> Ints:
        """Its pitch classes."""
        return ((np.array(SCALES[self.mode]) + self.tonic) % 12).astype(np.int32)

    @property
    def profile(self) -> Doubles:
        """The fit of each pitch class, from C up, [12]."""
        return np.roll(np.array((MAJOR, MINOR)[self.mode]), self.tonic)


KEYS = tuple(Key(tonic, mode) for mode in (0, 1) for tonic in range(12))


def key_of(notes: Ints) -> Key:
    """The key of some notes [N, 3], at least one."""
    dwelt = dwelling(notes)
    return max(KEYS, key=lambda key: _correlation(dwelt, key.profile))


def dwelling(notes: Ints) -> Doubles:
    """Ticks spent on each pitch class, [12]."""
    return np.bincount(notes[:, 2] % 12, notes[:, 1], minlength=12).astype(np.float64)


def in_scale(answer: Ints, key: Key) -> float:
    """The share of an answer, notes [N, 3], by duration, that is in the key's scale."""
    dwelt = dwelling(answer)
    return float(dwelt[key.scale].sum() / dwelt.sum())


def likeness(answer: Ints, key: Key) -> float:
    """The correlation, -1 to 1, of an answer's pitch classes with the key's profile."""
    return _correlation(dwelling(answer), key.profile)


def _correlation(row: Doubles, other: Doubles) -> float:
    a, b = row - row.mean(), other - other.mean()
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length else 0.0
