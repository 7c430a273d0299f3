"""Beats that are tried, and how likely each makes what was heard. Pure.

A guess has a length of the quarter, and whether it grows; every phase of it is tried at once. A steady and an unsteady
hand are tried, and the likelier is believed.
"""

from dataclasses import dataclass

import numpy as np

from realtime.improviser.onsets import Onsets
from realtime.improviser.rhythm import (
    CLASS_EDGES,
    CLASSES,
    LAST,
    PERIODS_NS,
    PHASES,
    PLACE_SPECTRA,
    WAITS,
    Floats,
    Ints,
    wait_bins,
)

PLACE_WEIGHT = 0.8
"""The weight of the onsets' places beside their waits, which partly say the same."""
HAND_PRIOR: Floats = np.array([-4.0, 0.0])
"""Log probability of each of HANDS_NS, up to a constant: of few notes many tempi fit by chance to a few ms."""
TEMPI = 56
"""The number of PERIODS_NS that are tried: those that the waits make likeliest."""
BEST = 16
"""Guesses that are tried again with periods BETWEEN those of the table."""
BETWEEN: Floats = np.array([-0.006, -0.004, -0.002, 0.002, 0.004, 0.006])
DRIFTS: Floats = np.array([-0.02, -0.01, 0.0, 0.01, 0.02])
"""By what share the beat grows longer each beat."""
DRIFT_SPREAD = 0.01
WIDEST_DRIFT = 20
"""Over more beats than this, the drifts that are tried are gentler: they never turn the time round."""

_PLACE = (np.arange(PHASES) / PHASES + 0.5) % 1 - 0.5
STRESS: Floats = 0.4 * np.cos(2 * np.pi * _PLACE)
"""The nats that a stressed onset adds to a phase, by its place: loud notes are on the beat."""
FIRST: Floats = 2.0 * np.exp(-0.5 * (_PLACE / 0.06) ** 2)
"""The nats that the first onset adds, by its place: phrases mostly begin on a beat."""
_STRESS_SPECTRUM = np.fft.rfft(STRESS).conj()


@dataclass(frozen=True, slots=True)
class Guesses:
    """Beats that are tried, one a row.

    `table`: the nearest of PERIODS_NS. `period_ns`: the quarter at the last onset. `drift`: by what share it grows each
    beat. `beats` [guesses, onsets]: counted from the last onset, before a phase is taken off.
    """

    table: Ints
    period_ns: Floats
    drift: Floats
    beats: Floats

    @classmethod
    def of(cls, tempi: Floats, onsets: Onsets) -> "Guesses":
        """The likeliest of PERIODS_NS by their log probability, each steady and drifting."""
        rows = np.repeat(np.argsort(tempi)[-TEMPI:], len(DRIFTS))
        reach = -float(onsets.times[0]) / PERIODS_NS[rows]
        drift = np.tile(DRIFTS, TEMPI) * np.minimum(1, WIDEST_DRIFT / reach)
        return cls._counting(rows, PERIODS_NS[rows], drift, onsets)

    def finer(self, scores: Floats, onsets: Onsets) -> "Guesses":
        """The best of these again, with periods a little longer and shorter."""
        best = np.repeat(np.argsort(scores.max(1))[-BEST:], len(BETWEEN))
        table = self.table[best]
        return self._counting(table, PERIODS_NS[table] * (1 + np.tile(BETWEEN, BEST)), self.drift[best], onsets)

    @classmethod
    def _counting(cls, table: Ints, period_ns: Floats, drift: Floats, onsets: Onsets) -> "Guesses":
        """Guesses that have these periods in the middle of what counts of the phrase."""
        middle = float(onsets.weights @ onsets.times / onsets.weights.sum())
        period_ns = period_ns * (1 - drift * middle / period_ns)
        steady = onsets.times / period_ns[:, None]
        return cls(table, period_ns, drift, steady - drift[:, None] / 2 * steady**2)

    def joined(self, other: "Guesses") -> "Guesses":
        """These and others."""
        return Guesses(
            np.concatenate([self.table, other.table]),
            np.concatenate([self.period_ns, other.period_ns]),
            np.concatenate([self.drift, other.drift]),
            np.concatenate([self.beats, other.beats]),
        )

    def likelihood(self, onsets: Onsets) -> Floats:
        """Log likelihood of the onsets, by guess and phase, [guesses, PHASES]."""
        waits = np.diff(self.beats, axis=1)
        kinds = np.full(self.beats.shape, LAST)
        kinds[:, :-1] = np.searchsorted(CLASS_EDGES, waits)
        places = np.floor(self.beats * PHASES + 0.5).astype(np.int64) % PHASES
        rows = self.table[:, None]
        tempi = WAITS[:, rows, wait_bins(waits * PERIODS_NS[rows])] @ onsets.weights[:-1]
        seen = _histogram(kinds * PHASES + places, onsets.weights, CLASSES * PHASES)
        spectra = np.fft.rfft(seen.reshape(-1, CLASSES, PHASES))
        placed = np.fft.irfft(np.einsum("gcf,hgcf->hgf", spectra, PLACE_SPECTRA[:, self.table]), PHASES)
        stressed = _histogram(places, onsets.stress * onsets.weights, PHASES)
        likely = (tempi[:, :, None] + PLACE_WEIGHT * placed + HAND_PRIOR[:, None, None]).max(0)
        likely += np.fft.irfft(np.fft.rfft(stressed) * _STRESS_SPECTRUM, PHASES)
        likely += FIRST[(places[:, :1] - np.arange(PHASES)) % PHASES]
        return np.asarray(likely - 0.5 * (self.drift[:, None] / DRIFT_SPREAD) ** 2)


def wait_likelihood(onsets: Onsets) -> Floats:
    """Log likelihood of the waits alone, by each of PERIODS_NS."""
    return np.asarray((WAITS[:, :, wait_bins(onsets.waits)] @ onsets.weights[:-1]).max(0))


def _histogram(bins: Ints, weights: Floats, count: int) -> Floats:
    """The weight in each of `count` bins, for each row of `bins`."""
    rows = len(bins)
    places = bins + count * np.arange(rows)[:, None]
    share = np.broadcast_to(weights, bins.shape)
    counts: Floats = np.bincount(places.ravel(), share.ravel(), rows * count).astype(np.float64)
    return counts.reshape(rows, count)
