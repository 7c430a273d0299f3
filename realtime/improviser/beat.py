"""The human's beat, heard in the onsets of a phrase that nobody counted in.

Every tempo is scored by how likely it makes the waits between onsets and by the cycles of their accents, the best by
how likely they make the onsets' places in the beat too, at any phase and with the tempo rising or falling; the winner
is fitted to the onsets, the latest counting most. What was believed before is the prior; else a beat near 110 bpm is
preferred, as listeners do (the resonance of van Noorden and Moelants, "Resonance in the Perception of Musical Pulse",
1999). What is believed after each phrase is kept for every tempo, so that later phrases correct the first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from midi.notes import TICKS_PER_BEAT
from realtime.improviser.accents import cycle_evidence
from realtime.improviser.guesses import DRIFT_SPREAD, DRIFTS, Guesses, wait_likelihood
from realtime.improviser.onsets import Onsets, Strike
from realtime.improviser.rhythm import PERIODS_NS, PHASES, Floats

FEWEST, MOST = 3, 32
"""Chords or single notes: with fewer there is no beat; the places of more than the latest ones are not looked at."""
LEAST_CONFIDENCE = 0.35

NATURAL_NS, NATURAL_SPREAD = 60e9 / 110, 0.25
HELD_SPREAD, HELD_TRUST = 0.04, 0.97
"""The spread of the tempo between phrases (natural log), and the probability that it goes on at all."""
HELD_PHASE_TRUST = 0.85
"""The probability that a tempo that goes on does so without a new start."""
LINES: Floats = np.array([0, 6, 8, 12, 16, 18, 24]) / TICKS_PER_BEAT
LINE_MASS: Floats = np.array([1, 0.35, 0.1, 0.7, 0.1, 0.35, 1])

_LOG_PERIODS: Floats = np.log(PERIODS_NS)


@dataclass(frozen=True, slots=True)
class Beat:
    """Quarter notes `period_ns` apart, one of them at `phase_ns`; `confidence`: 0 to 1, the share of belief in it.

    `belief`: the probability of each of PERIODS_NS, by all that was heard so far; None: of this one alone.
    """

    period_ns: float
    phase_ns: int
    confidence: float
    belief: Floats | None = field(default=None, compare=False, repr=False)


def find_beat(strikes: Sequence[Strike], near: Beat | None = None) -> Beat | None:
    """The beat at the end of a phrase, from its notes in any order; None: none can be heard.

    `near`: the beat held so far, to which doubts are resolved.
    """
    every = Onsets.of(strikes)
    if len(every) < FEWEST:
        return None
    onsets = Onsets.of(strikes, MOST)
    prior = _tempo_prior(near) + cycle_evidence(every)
    tempi = wait_likelihood(onsets) + prior
    guesses = Guesses.of(tempi, onsets)
    scores = _scores(guesses, onsets, prior, near)
    finer = guesses.finer(scores, onsets)
    guesses, scores = guesses.joined(finer), np.concatenate([scores, _scores(finer, onsets, prior, near)])
    row, phase = (int(index) for index in np.unravel_index(scores.argmax(), scores.shape))
    confidence = _confidence(scores, guesses, (row, phase), onsets)
    if confidence < LEAST_CONFIDENCE:
        return None
    count = np.array([-phase / PHASES, 1.0, -guesses.drift[row] / 2])
    return _fitted(count, float(guesses.period_ns[row]), onsets, confidence, _belief(scores, guesses))


def _tempo_prior(near: Beat | None) -> Floats:
    """Log probability of each tempo before anything is heard."""
    natural = _bell(_LOG_PERIODS - np.log(NATURAL_NS), NATURAL_SPREAD)
    if near is None:
        return np.asarray(np.log(natural))
    if near.belief is None:
        held = _bell(_LOG_PERIODS - np.log(near.period_ns), HELD_SPREAD)
    else:
        held = np.convolve(near.belief, _WANDER, "same")
    return np.asarray(np.log(HELD_TRUST * held + (1 - HELD_TRUST) * natural))


def _bell(error: Floats, spread: float) -> Floats:
    bell = np.exp(-0.5 * (error / spread) ** 2) + 1e-9
    return np.asarray(bell / bell.sum())


_WANDER: Floats = _bell((_LOG_PERIODS[1] - _LOG_PERIODS[0]) * np.arange(-12, 13), HELD_SPREAD)


def _scores(guesses: Guesses, onsets: Onsets, prior: Floats, near: Beat | None) -> Floats:
    """Log probability of each guess and phase, [guesses, PHASES], but for a constant."""
    scores = guesses.likelihood(onsets) + prior[guesses.table][:, None]
    return scores if near is None else scores + _phase_prior(guesses, near, onsets.end_ns)


def _phase_prior(guesses: Guesses, near: Beat, end_ns: int) -> Floats:
    """Log probability of each phase where the beat held so far goes on, beside a uniform one's, [guesses, PHASES]."""
    first = guesses.beats[:, :1]
    begin_ns = end_ns + first[:, 0] * guesses.period_ns
    held = (begin_ns - near.phase_ns) / near.period_ns
    spread = 0.06 + 0.012 * np.abs(held)
    error = (first - np.arange(PHASES) / PHASES - held[:, None] + 0.5) % 1 - 0.5
    bump = np.exp(-0.5 * (error / spread[:, None]) ** 2) / (spread[:, None] * np.sqrt(2 * np.pi))
    same = np.abs(np.log(guesses.period_ns / near.period_ns)) < 3 * HELD_SPREAD
    trust = np.where(same, HELD_PHASE_TRUST, 0.0)[:, None]
    return np.asarray(np.log(trust * bump + 1 - trust))


def _belief(scores: Floats, guesses: Guesses) -> Floats:
    """The probability of each of PERIODS_NS now; those that were not tried have none."""
    belief = np.zeros(len(PERIODS_NS))
    np.maximum.at(belief, guesses.table, np.exp(scores - scores.max()).sum(1))
    return np.asarray(belief / belief.sum())


def _confidence(scores: Floats, guesses: Guesses, best: tuple[int, int], onsets: Onsets) -> float:
    """The share of belief in the winner and its like, beside every other beat and none at all."""
    belief = np.exp(scores - scores.max())
    row, phase = best
    alike = np.abs(np.log(guesses.period_ns / guesses.period_ns[row])) < 0.06
    phases = np.abs((np.arange(PHASES) - phase + PHASES / 2) % PHASES - PHASES / 2) <= PHASES / 8
    usual = onsets.waits.mean()
    nothing = float((-np.log(usual) - onsets.waits / usual) @ onsets.weights[:-1])
    none = np.exp(min(nothing - scores.max(), 50.0)) * PHASES * len(DRIFTS) / len(PERIODS_NS)
    return float(belief[np.ix_(alike, phases)].sum() / (belief.sum() + none))


def _fitted(count: Floats, period_ns: float, onsets: Onsets, confidence: float, belief: Floats) -> Beat:
    """The beat, its count (a parabola of time in periods) fitted to the lines of the grid by weighted least squares."""
    steady = onsets.times / period_ns
    basis = np.stack([np.ones_like(steady), steady, steady**2], axis=1)
    spread = max(20e6 / period_ns, 0.02)
    stiff = spread**2 / np.array([0.2, 0.04, DRIFT_SPREAD / 2]) ** 2
    normal = basis.T @ (onsets.weights[:, None] * basis) + np.diag(stiff)
    begin = count.copy()
    for _ in range(4):
        places = (basis @ count) % 1
        error = LINES - places[:, None]
        mass = LINE_MASS * np.exp(-0.5 * (error / spread) ** 2) + 1e-12
        step = (mass * error).sum(1) / (mass.sum(1) + 0.02)
        count = count + np.linalg.solve(normal, basis.T @ (onsets.weights * step) - stiff * (count - begin))
    to_beat = float((round(float(count[0])) - count[0]) / count[1])
    return Beat(float(period_ns / count[1]), onsets.end_ns + round(to_beat * period_ns), confidence, belief)
