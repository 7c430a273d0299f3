"""Sequences that have their melody from training: some sets hold settings of one tune on both sides of their split.

The melody is the highest key of each frame that has one, as intervals without repeats (a frame does not tell a
repeated note from a held one), so in whatever key it is set; compared in runs, as `training.families` does.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.piano_rolls.data import Roll
from training.families import RUN

Runs = set[tuple[int, ...]]


def runs(roll: Roll) -> Runs:
    """The distinct runs of RUN melodic intervals; a melody too short for one is one run, of all it has."""
    sounding = roll[roll.any(axis=1)]
    top = roll.shape[1] - 1 - sounding[:, ::-1].argmax(axis=1)
    intervals = np.diff(top.astype(int))
    melody = tuple(intervals[intervals != 0].tolist())
    return {melody[at : at + RUN] for at in range(max(1, len(melody) - RUN + 1))}


def shared(rolls: Sequence[Roll], train: Sequence[Roll]) -> list[float]:
    """For each sequence, the share of its runs that some training sequence has."""
    known: Runs = set().union(*map(runs, train))
    return [len(own & known) / len(own) for own in map(runs, rolls)]
