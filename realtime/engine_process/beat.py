"""The human's beat, heard in the onsets of a phrase that nobody counted in.

Every tempo is scored by how likely it makes the waits between onsets, the best by how likely they make the onsets'
places in the beat too, at any phase and with the tempo rising or falling; the winner is fitted to the onsets, the
latest counting most. A beat that was held before is the prior; else a beat near 110 bpm is preferred, as listeners do
(the resonance of van Noorden and Moelants, "Resonance in the Perception of Musical Pulse", 1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.notes import TICKS_PER_BEAT
from realtime.engine_process.rhythm import (
    CLASS_EDGES,
    LAST,
    MS,
    PERIODS_NS,
    PHASES,
    PLACES,
    WAITS,
    Floats,
    Ints,
    wait_bins,
)

CHORD_NS = 30 * MS
"""Onsets this close to a chord's first are one."""
FEWEST, MOST = 3, 32
"""Chords or single notes: with fewer there is no beat, of more only the latest are heard."""
FADE = 0.94
"""What an onset weighs beside the next one."""
LEAST_CONFIDENCE = 0.35

NATURAL_NS, NATURAL_SPREAD = 60e9 / 110, 0.25
HELD_SPREAD, HELD_TRUST = 0.04, 0.97
"""How far the tempo wanders between phrases (natural log), and how sure it is that it goes on at all."""
HELD_PHASE_TRUST = 0.85
"""How sure it is that a tempo that goes on does so without a new start."""
PLACE_WEIGHT = 0.8
"""What the onsets' places weigh beside their waits, which partly say the same."""
TEMPI = 24
DRIFTS: Floats = np.array([-0.02, 0.0, 0.02])
"""By what share the beat grows longer each beat."""
DRIFT_SPREAD = 0.01
WIDEST_DRIFT = 20
"""Over more beats than this, the drifts that are tried are gentler: they never turn the time round."""
LINES: Floats = np.array([0, 6, 8, 12, 16, 18, 24]) / TICKS_PER_BEAT
LINE_MASS: Floats = np.array([1, 0.35, 0.1, 0.7, 0.1, 0.35, 1])


@dataclass(frozen=True, slots=True)
class Beat:
    """Quarter notes `period_ns` apart, one of them at `phase_ns`; `confidence`: 0 to 1, the share of belief in it."""

    period_ns: float
    phase_ns: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Guesses:
    """Beats that are tried, one a row: `beats` [G, N] counts them from the last onset, before a phase is taken off."""

    table: Ints
    period_ns: Floats
    drift: Floats
    beats: Floats


def find_beat(onsets_ns: Sequence[int], near: Beat | None = None) -> Beat | None:
    """The beat at the end of a phrase, from its onsets (ns, any order; chords are found); None: none can be heard.

    `near`: the beat held so far, to which doubts are resolved.
    """
    chords = _chords(onsets_ns)
    if len(chords) < FEWEST:
        return None
    end_ns = chords[-1]
    times = np.array(chords, np.float64) - end_ns
    waits = np.diff(times)
    weights = FADE ** np.arange(len(times) - 1, -1, -1.0)
    tempi = WAITS[:, wait_bins(waits)] @ weights[:-1] + _tempo_prior(near)
    guesses = _guesses(np.argsort(tempi), times, weights)
    scores = _scores(guesses, weights, near, end_ns)
    row, phase = np.unravel_index(int(scores.argmax()), scores.shape)
    confidence = _confidence(scores, guesses, (int(row), int(phase)), waits, weights)
    if confidence < LEAST_CONFIDENCE:
        return None
    count = np.array([-phase / PHASES, 1.0, -guesses.drift[row] / 2])
    return _fitted(count, float(guesses.period_ns[row]), times, weights, end_ns, confidence)


def _chords(onsets_ns: Sequence[int]) -> list[int]:
    """The middle of each chord, of the latest MOST."""
    chords: list[list[int]] = []
    for onset in sorted(onsets_ns):
        if chords and onset - chords[-1][0] <= CHORD_NS:
            chords[-1].append(onset)
        else:
            chords.append([onset])
    return [round(sum(chord) / len(chord)) for chord in chords[-MOST:]]


def _tempo_prior(near: Beat | None) -> Floats:
    """Log probability of each tempo before anything is heard."""
    natural = _bell(np.log(PERIODS_NS / NATURAL_NS), NATURAL_SPREAD)
    if near is None:
        return np.asarray(np.log(natural))
    held = _bell(np.log(PERIODS_NS / near.period_ns), HELD_SPREAD)
    return np.asarray(np.log(HELD_TRUST * held + (1 - HELD_TRUST) * natural))


def _bell(error: Floats, spread: float) -> Floats:
    bell = np.exp(-0.5 * (error / spread) ** 2) + 1e-9
    return np.asarray(bell / bell.sum())


def _guesses(order: Ints, times: Floats, weights: Floats) -> _Guesses:
    """The likeliest tempi that differ, each steady and drifting."""
    peaks: list[int] = []
    for index in order[::-1].tolist():
        if all(abs(index - peak) > 1 for peak in peaks):
            peaks.append(index)
        if len(peaks) == TEMPI:
            break
    table = np.repeat(np.array(peaks), len(DRIFTS))
    reach = -float(times[0]) / PERIODS_NS[table]
    drift = np.tile(DRIFTS, len(peaks)) * np.minimum(1, WIDEST_DRIFT / reach)
    middle = float(weights @ times / weights.sum())
    period = PERIODS_NS[table] * (1 - drift * middle / PERIODS_NS[table])
    steady = times / period[:, None]
    return _Guesses(table, period, drift, steady - drift[:, None] / 2 * steady**2)


def _scores(guesses: _Guesses, weights: Floats, near: Beat | None, end_ns: int) -> Floats:
    """Log likelihood of what was heard, times the prior, by guess and phase, [G, PHASES]."""
    waits = np.diff(guesses.beats, axis=1)
    rows = guesses.table[:, None]
    scores = WAITS[rows, wait_bins(waits * PERIODS_NS[rows])] @ weights[:-1] + _tempo_prior(near)[guesses.table]
    scores -= 0.5 * (guesses.drift / DRIFT_SPREAD) ** 2
    kinds = np.full(guesses.beats.shape, LAST)
    kinds[:, :-1] = np.searchsorted(CLASS_EDGES, waits)
    bins = np.floor(guesses.beats * PHASES + 0.5).astype(np.int64)
    places = (bins[:, :, None] - np.arange(PHASES)) % PHASES
    likely = PLACES[rows[:, :, None], kinds[:, :, None], places]
    scores = scores[:, None] + PLACE_WEIGHT * np.einsum("gnp,n->gp", likely, weights)
    prior = 0.0 if near is None else _phase_prior(guesses, near, end_ns)
    return np.asarray(scores + prior)


def _phase_prior(guesses: _Guesses, near: Beat, end_ns: int) -> Floats:
    """Log probability of each phase where the beat held so far goes on, beside a uniform one's, [G, PHASES]."""
    first = guesses.beats[:, :1]
    begin_ns = end_ns + first[:, 0] * guesses.period_ns
    held = (begin_ns - near.phase_ns) / near.period_ns
    spread = 0.06 + 0.012 * np.abs(held)
    error = (first - np.arange(PHASES) / PHASES - held[:, None] + 0.5) % 1 - 0.5
    bump = np.exp(-0.5 * (error / spread[:, None]) ** 2) / (spread[:, None] * np.sqrt(2 * np.pi))
    same = np.abs(np.log(guesses.period_ns / near.period_ns)) < 3 * HELD_SPREAD
    trust = np.where(same, HELD_PHASE_TRUST, 0.0)[:, None]
    return np.asarray(np.log(trust * bump + 1 - trust))


def _confidence(scores: Floats, guesses: _Guesses, best: tuple[int, int], waits: Floats, weights: Floats) -> float:
    """The share of belief in the winner and its like, beside every other beat and none at all."""
    belief = np.exp(scores - scores.max())
    row, phase = best
    alike = np.abs(np.log(guesses.period_ns / guesses.period_ns[row])) < 0.06
    phases = np.abs((np.arange(PHASES) - phase + PHASES / 2) % PHASES - PHASES / 2) <= PHASES / 8
    usual = waits.mean()
    nothing = float((-np.log(usual) - waits / usual) @ weights[:-1])
    none = np.exp(min(nothing - scores.max(), 50.0)) * PHASES * len(DRIFTS) / len(PERIODS_NS)
    return float(belief[np.ix_(alike, phases)].sum() / (belief.sum() + none))


def _fitted(count: Floats, period_ns: float, times: Floats, weights: Floats, end_ns: int, confidence: float) -> Beat:
    """The beat, its count (a parabola of time in periods) fitted to the lines of the grid by weighted least squares."""
    steady = times / period_ns
    basis = np.stack([np.ones_like(steady), steady, steady**2], axis=1)
    spread = max(20e6 / period_ns, 0.02)
    stiff = spread**2 / np.array([0.2, 0.04, DRIFT_SPREAD / 2]) ** 2
    normal = basis.T @ (weights[:, None] * basis) + np.diag(stiff)
    begin = count.copy()
    for _ in range(4):
        places = (basis @ count) % 1
        error = LINES - places[:, None]
        belief = LINE_MASS * np.exp(-0.5 * (error / spread) ** 2) + 1e-12
        step = (belief * error).sum(1) / (belief.sum(1) + 0.02)
        count = count + np.linalg.solve(normal, basis.T @ (weights * step) - stiff * (count - begin))
    to_beat = (round(float(count[0])) - count[0]) / count[1]
    return Beat(float(period_ns / count[1]), end_ns + round(float(to_beat) * period_ns), confidence)
