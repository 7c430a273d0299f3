"""Tap tempo: the tempo and the beat of somebody's taps. Pure; I/O process."""

from statistics import fmean
from typing import NamedTuple

from midi.nanoseconds import NS_PER_MINUTE
from realtime.settings import BPM_RANGE

MOST = 8
"""Taps that count: the latest."""
NEW_RATIO = 1.7
"""A wait so much longer or shorter than the ones before begins anew."""


class TappedBeat(NamedTuple):
    """Quarter notes a minute, and the moment of one of them."""

    bpm: float
    beat_ns: int


class Taps:
    """The latest taps, taken as quarter notes of one steady tempo."""

    def __init__(self) -> None:
        self._taps_ns: list[int] = []

    def tap(self, at_ns: int) -> TappedBeat | None:
        """A tap at a moment: the beat that the taps give, fitted by least squares; None: this one is the first.

        It is the first again where the wait before it is no beat of BPM_RANGE, or unlike the waits before.
        """
        if self._taps_ns and not self._goes_on(at_ns - self._taps_ns[-1]):
            self._taps_ns.clear()
        self._taps_ns = [*self._taps_ns, at_ns][-MOST:]
        count = len(self._taps_ns)
        if count == 1:
            return None
        first_ns = self._taps_ns[0]
        middle, mean_ns = (count - 1) / 2, fmean(tap - first_ns for tap in self._taps_ns)
        rise = sum((index - middle) * (tap - first_ns) for index, tap in enumerate(self._taps_ns))
        period_ns = rise / sum((index - middle) ** 2 for index in range(count))
        beat_ns = first_ns + round(mean_ns + middle * period_ns)
        return TappedBeat(NS_PER_MINUTE / period_ns, beat_ns)

    def _goes_on(self, wait_ns: int) -> bool:
        slowest, fastest = BPM_RANGE
        if not NS_PER_MINUTE / fastest <= wait_ns <= NS_PER_MINUTE / slowest:
            return False
        if len(self._taps_ns) == 1:
            return True
        usual_ns = (self._taps_ns[-1] - self._taps_ns[0]) / (len(self._taps_ns) - 1)
        return usual_ns / NEW_RATIO <= wait_ns <= usual_ns * NEW_RATIO
