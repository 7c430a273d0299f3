"""The jitter of pulses, told from second differences, in which neither tempo nor a slow change of it shows."""

from collections.abc import Sequence

FIRST_NS = 1e6
"""Supposed before anything is known."""
LEAST_NS = 1e5
"""Never supposed less: the loop that stamps the pulses is no better."""
FIRST_COUNT = 4
UP, DOWN = 1 / 16, 1 / 128
"""Larger strays are believed sooner than smaller ones: the saw of a port's period jumps only once in many pulses."""
GAUSSIAN_BIAS = 1.8
"""By how much these two rates overestimate the variance of gaussian jitter (its test_pulses.py)."""
CLIP = 4.0
"""A change of tempo is one second difference of any size, and must not pass for jitter."""
SAW = 3.0
"""Standard deviations that a saw is taken to span. It spans 3.5, and then each of its teeth was nearly a surprise."""
WIDEST_SAW_NS = 6e6
"""No port's period is longer; what shifts further is no saw."""
SHARE = 1 / 6
"""The variance of a second difference of independent strays is six times theirs."""


class Jitter:
    """The standard deviation of pulses about their line, in ns, learned while they come."""

    def __init__(self) -> None:
        self._variance = FIRST_NS**2
        self._heard = FIRST_COUNT

    @property
    def deviation(self) -> float:
        """The standard deviation, in ns."""
        return float(max(self._variance / GAUSSIAN_BIAS, LEAST_NS**2) ** 0.5)

    def hear(self, times: Sequence[float]) -> None:
        """Learn from the latest of some consecutive pulses, in ns."""
        if len(times) < 3:
            return
        stray = (times[-1] - 2 * times[-2] + times[-3]) ** 2 * SHARE
        stray = min(stray, CLIP * max(self._variance, LEAST_NS**2))
        self._heard += 1
        rate = UP if stray > self._variance else DOWN
        self._variance += max(rate, 1 / self._heard) * (stray - self._variance)

    def widen(self, shift: float) -> None:
        """Pulses have shifted by so many ns at the same tempo, and may well shift back: a port's period does that."""
        if abs(shift) <= WIDEST_SAW_NS:
            self._variance = max(self._variance, GAUSSIAN_BIAS * (shift / SAW) ** 2)
