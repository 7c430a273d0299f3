"""Scores sequences on the exported step: exact nats of every frame, without imitation and with it. No TensorFlow."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.frames import Floats, Layout
from benchmarks.piano_rolls.imitation import Doubles, Imitation, Votes, votes
from benchmarks.piano_rolls.step import Named, Step

SHARPNESSES = (20.0, 30.0, 40.0, 60.0, 80.0, 120.0, 160.0, 240.0)
DOUBTS = (1e-9, 1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0)
WEIGHTS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""The values that tuning tries, on the validation sequences."""


@dataclass(frozen=True, slots=True)
class Run:
    """A sequence as the step heard it: hidden [T, decoder], and the probability of each naming's target [N]."""

    roll: Roll
    named: Named
    hidden: Floats
    chances: Doubles

    def nats(self, how: Imitation | None = None) -> Doubles:
        """Nats of each frame [T]."""
        chances = self.chances
        if how is not None and how.weight:
            chances = votes(self.hidden, self.roll, self.named, how.sharpness).mixed(chances, how)
        nats = np.bincount(self.named.frame, -np.log(chances), minlength=len(self.roll))
        return np.asarray(nats, np.float64)


def listen(step: Step, rolls: Sequence[Roll], layout: Layout) -> list[Run]:
    """The sequences, run through the step frame by frame."""
    runs = []
    for roll, hidden in zip(rolls, step.listen(rolls, layout), strict=True):
        named = Named.of(roll)
        chances = step.chances(hidden, roll, named)[np.arange(len(named.target)), named.target]
        runs.append(Run(roll, named, hidden, chances.astype(np.float64)))
    return runs


def tune(runs: Sequence[Run]) -> Imitation:
    """The imitation that predicts these sequences best, of those tried."""
    chances = np.concatenate([run.chances for run in runs])
    best, best_how = np.inf, Imitation(0.0, SHARPNESSES[0], DOUBTS[-1])
    for sharpness in SHARPNESSES:
        parts = [votes(run.hidden, run.roll, run.named, sharpness) for run in runs]
        whole = Votes(np.concatenate([p.agreeing for p in parts]), np.concatenate([p.naming for p in parts]))
        for doubt, weight in itertools.product(DOUBTS, WEIGHTS):
            how = Imitation(weight, sharpness, doubt)
            nats = -np.log(whole.mixed(chances, how)).sum()
            if nats < best:
                best, best_how = nats, how
    return best_how
