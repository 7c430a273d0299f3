"""Imitation for frames: the frames that followed similar moments of the same sequence vote for the next. numpy only.

A continuous cache (Grave, Joulin, Usunier 2016), as in `exported.imitation`, over frames: an earlier moment weighs
exp(sharpness * (cosine - 1)) by the likeness of its hidden layer to the hidden layer now. Key by key, only the
memories whose frame agrees with the keys already named are heard, and the fainter their sum, the smaller their notify:
weight * sum / (sum + doubt). Each naming's mixture sums to one, so that the frames' probabilities do.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.frames import Floats
from benchmarks.piano_rolls.step import Ids, Named
from exported.imitation import MOST, unit

Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Imitation:
    """The most that the votes weigh (0: nothing), how much more a likelier moment weighs, and the doubt."""

    weight: float
    sharpness: float
    doubt: float


@dataclass(frozen=True, slots=True)
class Votes:
    """For each naming [N]: how much memory agrees so far, and how much of that names the target next."""

    agreeing: Doubles
    naming: Doubles

    def mixed(self, chances: Doubles, how: Imitation) -> Doubles:
        """The targets' probabilities [N], with the votes mixed in."""
        weight = min(how.weight, MOST)
        total = self.agreeing + how.doubt
        return (1 - weight * self.agreeing / total) * chances + weight * self.naming / total


def votes(hidden: Floats, roll: Roll, named: Named, sharpness: float) -> Votes:
    """The votes for a sequence's namings, from the hidden layers [T, decoder] before each of its frames."""
    weighing = weights(hidden, sharpness)
    frames, which = np.unique(roll, axis=0, return_inverse=True)
    by_frame = np.stack([weighing[:, which == index].sum(axis=1) for index in range(len(frames))], axis=1)
    agreeing, naming = np.empty(len(named.frame)), np.empty(len(named.frame))
    for last in np.unique(named.last).tolist():
        rows = np.flatnonzero(named.last == last)
        at = named.frame[rows]
        upto = frames[:, :last] @ _HASH[:last]
        mass = by_frame[at] * (upto[which[at]][:, None] == upto)
        agreeing[rows] = mass.sum(axis=1)
        naming[rows] = (mass * (_next(frames, last) == named.target[rows][:, None])).sum(axis=1)
    return Votes(agreeing, naming)


def weights(hidden: Floats, sharpness: float) -> Doubles:
    """The weight of each earlier moment [T, T], one just alike 1; what is not earlier weighs 0."""
    units = unit(hidden)
    likeness = (units @ units.T).astype(np.float64)
    return np.tril(np.exp(sharpness * (np.minimum(likeness, 1.0) - 1)), k=-1)


_HASH = np.random.default_rng(88).integers(1, 2**62, 1024, np.int64)
"""Frames agree up to a key if the sums of these over their keys do (of other keys, by chance one time in 2^60)."""


def _next(frames: Roll, last: int) -> Ids:
    """The lowest key of each frame from `last` on, or their number if there is none."""
    ended = np.pad(frames[:, last:], ((0, 0), (0, 1)), constant_values=1)
    return np.asarray(ended.argmax(axis=1) + last)
