"""Cycles of accents: the time after which loud notes, bass notes, chords and long waits come again. Pure.

Each feature of the onsets is correlated with itself at every lag (as Brown, "Determination of the meter of musical
scores by autocorrelation", JASA 94, 1993). A lag counts by how much it shows that its half and its third do not: of a
cycle and its multiples, the cycle.
"""

import numpy as np

from midi.nanoseconds import NS_PER_MS
from realtime.improviser.onsets import Onsets
from realtime.improviser.rhythm import PERIODS_NS, Floats

BIN_NS = 10 * NS_PER_MS
BINS = 600
"""Cycles of up to six seconds are looked for."""
KERNEL: Floats = np.exp(-0.5 * (np.arange(-5, 6) / 2.0) ** 2)
"""The spread of a pair's lag: a standard deviation of 20 ms."""
PAIRS = 1.0
"""Pairs of onsets that are taken to say nothing, so that a few others do not say much."""
NOISE = 0.9
"""The standard deviation of correlations by chance, with one pair."""
STRONGEST = 1.5
"""A cycle that one feature shows without fail is 1 strong; more than so much is not believed."""

LEAST_SPREAD = {"velocity": 3.0, "lowest": 2.5, "size": 0.2, "wait": 0.15}
"""A feature with a smaller standard deviation is none. In MIDI velocity, semitones, notes, natural log of ns."""
CYCLE_WEIGHT = {0.5: 0.1, 1.0: 0.6, 1.5: 0.5, 2.0: 0.6, 3.0: 0.85, 4.0: 1.0, 6.0: 0.3, 8.0: 0.35}
"""The weight of a cycle of so many quarters as evidence of their tempo: most for bars of four and three."""
LONGEST_COMPOUND_NS = 800 * NS_PER_MS
"""Three eighths that take longer are no beat of 6/8, but three beats."""
SLOW_COMPOUND = 0.3
NATS = 11.0
"""The nats that a cycle of strength 1 adds to the log probability of a tempo."""

_COMPOUND = np.where(1.5 * PERIODS_NS <= LONGEST_COMPOUND_NS, 1.0, SLOW_COMPOUND)


def cycle_evidence(onsets: Onsets) -> Floats:
    """The nats that cycles of accents add to the log probability of each of PERIODS_NS."""
    strength = np.append(_strengths(onsets), 0.0)
    rows = []
    for beats, weight in CYCLE_WEIGHT.items():
        bins = np.minimum(np.rint(beats * PERIODS_NS / BIN_NS), BINS).astype(np.int64)
        rows.append(weight * strength[bins] * (_COMPOUND if beats == 1.5 else 1.0))
    return np.asarray(NATS * np.max(rows, axis=0))


def _features(onsets: Onsets) -> list[Floats]:
    """Features of the onsets that vary, standardised."""
    waits = np.log(np.maximum(onsets.waits, NS_PER_MS))
    features = {
        "velocity": onsets.velocity,
        "lowest": onsets.lowest,
        "size": onsets.size,
        "wait": np.append(waits, waits.mean()),
    }
    return [
        np.clip((row - row.mean()) / row.std(), -2.5, 2.5)
        for name, row in features.items()
        if row.std() > LEAST_SPREAD[name]
    ]


def _strengths(onsets: Onsets) -> Floats:
    """The strength with which accents come again after each lag, in bins of BIN_NS."""
    later, earlier = np.tril_indices(len(onsets), -1)
    lags = np.rint((onsets.times[later] - onsets.times[earlier]) / BIN_NS).astype(np.int64)
    is_near = lags < BINS
    later, earlier, lags = later[is_near], earlier[is_near], lags[is_near]
    pairs = np.convolve(np.bincount(lags, minlength=BINS), KERNEL, "same")
    every = np.arange(BINS)
    half, third = np.rint(every / 2).astype(np.int64), np.rint(every / 3).astype(np.int64)
    total = np.zeros(BINS)
    for row in _features(onsets):
        alike = np.convolve(np.bincount(lags, row[later] * row[earlier], BINS), KERNEL, "same") / (pairs + PAIRS)
        surplus = alike - np.maximum(np.maximum(alike[half], alike[third]), 0)
        total += np.maximum(surplus - NOISE / np.sqrt(pairs + 1), 0)
    return np.asarray(np.minimum(total, STRONGEST))
