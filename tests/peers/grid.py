"""How far notes lie from the grid of a clock, both heard by one receiver."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.peers.pulses import PULSE, START
from tests.peers.receiver import Heard


@dataclass(frozen=True, slots=True)
class Spread:
    """Signed errors summed up, in ms: how many, their median, and percentiles of their size."""

    count: int
    median_ms: float
    p50_ms: float
    p99_ms: float
    max_ms: float

    @classmethod
    def of(cls, errors_ns: Sequence[float]) -> "Spread":
        """Sum up errors in ns; without any, all numbers are nan."""
        if not len(errors_ns):
            return cls(0, *([float("nan")] * 4))
        signed = np.asarray(errors_ns, dtype=np.float64) / 1e6
        p50, p99, worst = np.percentile(np.abs(signed), (50.0, 99.0, 100.0))
        return cls(len(signed), float(np.median(signed)), float(p50), float(p99), float(worst))


def evenest(errors_ns: Sequence[float], count: int) -> Spread:
    """The least of the worst errors of so many neighbours: those of the stretch in which the machine was at its best.

    Raises:
        ValueError: there are not so many.
    """
    if len(errors_ns) < count:
        raise ValueError(f"a stretch of {count} needs as many errors, not {len(errors_ns)}")
    stretches = (Spread.of(errors_ns[begin : begin + count]) for begin in range(len(errors_ns) - count + 1))
    return min(stretches, key=lambda stretch: stretch.max_ms)


def numbered(heard: Sequence[Heard]) -> list[tuple[int, int]]:
    """(tick, ns) of the pulses of a clock that lost none: the first one after the (last) start is tick 0."""
    starts = [index for index, one in enumerate(heard) if one.message == START]
    begin = starts[-1] if starts else 0
    return [(tick, one.at_ns) for tick, one in enumerate(one for one in heard[begin:] if one.message == PULSE)]


class Grid:
    """The ideal times of a clock's ticks, taken from its own pulses.

    Near each moment a straight line is fitted, by least squares, to the `window` pulses around it: a receiver that
    hears a whole JACK period at once spreads the pulses over that period, and the line averages this out. With
    window=2 it is plain interpolation between the two neighbours, which takes every pulse at its word. Within
    half a window of a sudden change of tempo the line is a compromise: judge such stretches with a small window.
    """

    def __init__(self, pulses: Sequence[tuple[int, int]], window: int = 48) -> None:
        """Take (tick, ns) of pulses in order of time, at least two; ticks may be missing or come twice."""
        if len(pulses) < 2:
            raise ValueError(f"a grid needs 2 pulses, not {len(pulses)}")
        self._ticks = np.asarray([tick for tick, _ in pulses], dtype=np.float64)
        # Nanoseconds since boot and their squares do not fit a double's 53 bits: counted from the first pulse.
        self._zero = pulses[0][1]
        self._times = np.asarray([at - self._zero for _, at in pulses], dtype=np.float64)
        self._window = min(window, len(pulses))

    def _line(self, middle: int) -> tuple[float, float]:
        """Slope and intercept, ns over ticks, of the pulses around an index (of the first one after a moment)."""
        begin = min(max(middle - self._window // 2, 0), len(self._ticks) - self._window)
        part = slice(begin, begin + self._window)
        slope, intercept = np.polyfit(self._ticks[part], self._times[part], 1)
        return float(slope), float(intercept)

    def tick(self, at_ns: int) -> float:
        """The moment's place on the grid, in ticks."""
        slope, intercept = self._line(int(np.searchsorted(self._times, at_ns - self._zero)))
        return (at_ns - self._zero - intercept) / slope

    def error(self, at_ns: int, step: int = 1) -> float:
        """How late (ns; early is negative) an onset is for the nearest multiple of `step` ticks."""
        slope, intercept = self._line(int(np.searchsorted(self._times, at_ns - self._zero)))
        tick = (at_ns - self._zero - intercept) / slope
        return (tick - step * round(tick / step)) * slope

    def errors(self, moments_ns: Sequence[int], step: int = 1) -> list[float]:
        """`error` of each moment that lies between the first pulse and the last; others are nobody's to judge."""
        last = self._zero + self._times[-1]
        return [self.error(at, step) for at in moments_ns if self._zero <= at <= last]


def judged(heard: Sequence[Heard], step: int = 1, window: int = 48) -> Spread:
    """The note-ons among the messages of one receiver against the pulses among them."""
    onsets = [one.at_ns for one in heard if one.is_on]
    return Spread.of(Grid(numbered(heard), window).errors(onsets, step))
