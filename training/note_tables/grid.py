"""Notes played to known beats, put on the musical grid: a tick each, and the rest as deviation. Pure.

The grid is that of what was meant: in each beat sixteenths or triplets, whichever the notes lie nearer to; twice as
fine where two strokes of one key would else fall on one tick.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from midi.notes import TICKS_PER_BEAT

SIXTEENTH, TRIPLET = TICKS_PER_BEAT // 4, TICKS_PER_BEAT // 3
CLEARLY = 0.5
"""Triplets must miss by less than this share of what sixteenths miss by: loose straight notes stay straight."""

Doubles = npt.NDArray[np.float64]
Ticks = npt.NDArray[np.int64]


def on_grid(beats: Doubles, keys: npt.NDArray[Any]) -> Ticks:
    """The tick of each note, given its time in beats (not below 0) in ascending order, and its key. Shapes [N]."""
    ticks = np.empty(len(beats), np.int64)
    # A beat's notes are those that may belong to it: from half a sixteenth before it to as much before the next.
    beat = np.floor(beats + 1 / 8).astype(np.int64)
    for rows in np.split(np.arange(len(beats)), np.flatnonzero(np.diff(beat)) + 1):
        if len(rows):
            ticks[rows] = _beat_on_grid(beats[rows] * TICKS_PER_BEAT, keys[rows])
    return ticks


def _beat_on_grid(at: Doubles, keys: npt.NDArray[Any]) -> Ticks:
    straight, triple = _snapped(at, SIXTEENTH), _snapped(at, TRIPLET)
    step = TRIPLET if _miss(at, triple) < CLEARLY * _miss(at, straight) else SIXTEENTH
    snapped = triple if step == TRIPLET else straight
    while step % 2 == 0 and _collides(snapped, keys):
        step //= 2
        snapped = _snapped(at, step)
    return snapped


def _snapped(at: Doubles, step: int) -> Ticks:
    return (np.floor(at / step + 0.5) * step).astype(np.int64)


def _miss(at: Doubles, snapped: Ticks) -> float:
    return float(((at - snapped) ** 2).sum())


def _collides(ticks: Ticks, keys: npt.NDArray[Any]) -> bool:
    return len(set(zip(ticks.tolist(), keys.tolist(), strict=True))) < len(ticks)
