"""The figures of one set, and how they are printed beside baselines and what others have published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.rolls.data import Roll
from training.rolls.imitation import Doubles

PUBLISHED: Mapping[str, tuple[tuple[str, float], ...]] = {
    "JSB chorales": (("RNN-NADE", 5.19), ("DMM-Aug-NADE", 5.118), ("TCN", 8.10)),
    "Nottingham": (("RNN-NADE", 2.31), ("DMM-Aug-NADE", 2.305), ("TCN", 3.07)),
}
"""Nats per frame on the test split: Boulanger-Lewandowski et al. 2012, Krishnan et al. 2017, Bai et al. 2018."""

WIDTH = 44


@dataclass(frozen=True, slots=True)
class Figure:
    """Nats per frame over all frames of all sequences, and over all but each sequence's first."""

    frames: int
    every: float
    later: float

    @classmethod
    def of(cls, nats: Sequence[Doubles]) -> "Figure":
        """From the nats of each frame [T] of each sequence; every frame counts alike."""
        later = np.concatenate([each[1:] for each in nats])
        whole = np.concatenate(list(nats))
        return cls(len(whole), float(whole.mean()), float(later.mean()) if len(later) else 0.0)


class Baseline(Protocol):
    """A table that foretells frames."""

    def nats(self, roll: Roll) -> Doubles:
        """Nats of each frame [T]."""


def head() -> str:
    """The line above the rows."""
    return f"{'nats per frame':{WIDTH}} {'frames':>8} {'all':>8} {'2..T':>8}"


def row(label: str, figure: Figure) -> str:
    """One line of the table."""
    return f"{label:{WIDTH}} {figure.frames:8,} {figure.every:8.3f} {figure.later:8.3f}"


def published(name: str) -> list[str]:
    """What others report on this set's test split, one line each."""
    return [f"{f'published: {who}':{WIDTH}} {'':8} {nats:8.3f}" for who, nats in PUBLISHED.get(name, ())]
