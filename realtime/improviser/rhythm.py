"""Tables of rhythm at each tempo: how likely a wait, and a place in the beat, would be. Pure.

Waits and places are in quarter notes. Their probabilities were counted on 2,731 training works in simple meters of the
default corpus and rounded, swung eighths (15 and 9 ticks) added; timing errors of hands are taken as normal. That one
generative model scores every tempo follows Cemgil and Kappen, "Monte Carlo Methods for Tempo Tracking and Rhythm
Quantization" (JAIR 18, 2003).
"""

import numpy as np
import numpy.typing as npt

from midi.nanoseconds import NS_PER_MS
from midi.notes import TICKS_PER_BEAT

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PERIODS_NS: Floats = np.geomspace(200e6, 2_000e6, 193)
"""Lengths of a quarter note that are tried: 300 to 30 bpm, 1.2 % apart."""
WAIT_BIN_NS = 5 * NS_PER_MS
WAIT_BINS = 800
PHASES = 48
"""The number of places in the beat."""

WAIT_MASS = {
    2: 0.004,
    3: 0.02,
    4: 0.012,
    6: 0.24,
    8: 0.03,
    9: 0.045,
    12: 0.42,
    15: 0.045,
    16: 0.06,
    18: 0.06,
    24: 0.15,
    36: 0.02,
    48: 0.02,
}
"""The probability of a wait, by ticks, from one onset to the next."""
REPEATED = 0.4
"""The power to which WAIT_MASS is taken: the waits of one phrase repeat each other, so each alone says less."""
CLASS_EDGES = np.array([5, 7, 10, 14, 20, 30]) / TICKS_PER_BEAT
PLACE_MASS: tuple[dict[int, float], ...] = (
    {0: 0.2, 3: 0.08, 4: 0.08, 6: 0.1, 8: 0.08, 9: 0.08, 12: 0.12, 15: 0.04, 16: 0.08, 18: 0.06, 20: 0.04, 21: 0.04},
    {0: 0.2, 6: 0.19, 12: 0.24, 18: 0.37},
    {0: 0.34, 8: 0.26, 12: 0.04, 15: 0.22, 16: 0.28},
    {0: 0.47, 12: 0.45, 6: 0.04, 18: 0.04},
    {0: 0.8, 6: 0.08, 12: 0.06, 18: 0.06},
    {0: 0.87, 12: 0.07, 6: 0.03, 18: 0.03},
    {0: 0.87, 12: 0.07, 6: 0.03, 18: 0.03},
    {0: 0.67, 6: 0.03, 8: 0.03, 12: 0.2, 16: 0.03, 18: 0.04},
)
"""The probability of a place in the beat, by ticks, given the class of the wait after it; the last: of no wait."""
CLASSES = len(PLACE_MASS)
LAST = CLASSES - 1

HANDS_NS = (8 * NS_PER_MS, 22 * NS_PER_MS)
HAND_SHARE = 0.015
"""Standard deviation of a hand's error: so much, and so much of a beat."""
ODD_WAIT, ODD_PLACE = 0.03, 0.08
"""The share of waits and places that no table expects."""


def _wait_table(hand_ns: float) -> Floats:
    """Log density per ns of a wait, [periods, bins of WAIT_BIN_NS]."""
    waits = (np.arange(WAIT_BINS) + 0.5) * WAIT_BIN_NS
    density = ODD_WAIT * np.exp(-waits / PERIODS_NS[:, None]) / PERIODS_NS[:, None]
    masses = {ticks: mass**REPEATED for ticks, mass in WAIT_MASS.items()}
    total = sum(masses.values())
    for ticks, mass in masses.items():
        middle = ticks / TICKS_PER_BEAT * PERIODS_NS
        spread = np.hypot(np.sqrt(2) * hand_ns, 0.02 * middle)[:, None]
        error = (waits - middle[:, None]) / spread
        density += (1 - ODD_WAIT) * mass / total * np.exp(-0.5 * error**2) / (spread * np.sqrt(2 * np.pi))
    return np.asarray(np.log(density))


def _place_table(hand_ns: float) -> Floats:
    """Log density of a place in the beat beside a uniform one's, [periods, classes of waits, phases]."""
    places = np.arange(PHASES) / PHASES
    spread = np.hypot(hand_ns / PERIODS_NS, HAND_SHARE)[:, None]
    table = np.full((len(PERIODS_NS), len(PLACE_MASS), PHASES), ODD_PLACE)
    for row, masses in enumerate(PLACE_MASS):
        total = sum(masses.values())
        for ticks, mass in masses.items():
            error = (places - ticks / TICKS_PER_BEAT + 0.5) % 1 - 0.5
            bump = np.exp(-0.5 * (error / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
            table[:, row] += (1 - ODD_PLACE) * mass / total * bump
    return np.asarray(np.log(table))


WAITS: Floats = np.stack([_wait_table(hand_ns) for hand_ns in HANDS_NS])
PLACES: Floats = np.stack([_place_table(hand_ns) for hand_ns in HANDS_NS])
PLACE_SPECTRA = np.fft.rfft(PLACES).conj()


def wait_bins(waits_ns: Floats) -> Ints:
    """The columns of WAITS for such waits; a longer one than the table holds counts as its longest."""
    return np.clip(waits_ns / WAIT_BIN_NS, 0, WAIT_BINS - 1).astype(np.int64)
