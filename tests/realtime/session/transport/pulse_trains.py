"""Pulses as clocks send them, and as they arrive."""

import math
import random
from collections.abc import Callable

from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from realtime.session.transport.pulses import PulseFilter

START_NS = 10_000_000_000
MS = 1_000_000


def train(bpm: float | Callable[[int], float], count: int) -> list[float]:
    """`count` ideal pulses at a tempo, or at that of each pulse's index."""
    at, times = float(START_NS), []
    for index in range(count):
        times.append(at)
        at += NS_PER_MINUTE / TICKS_PER_BEAT / (bpm(index) if callable(bpm) else bpm)
    return times


def strayed(times: list[float], jitter_ms: float, seed: int) -> list[int]:
    """The same with gaussian jitter, in the order of arrival."""
    rng = random.Random(seed)
    return sorted(round(at + rng.gauss(0, jitter_ms * MS)) for at in times)


def rounded_up(times: list[float], period_ns: float) -> list[int]:
    """The same as a port hands them over that does so once a period."""
    return [round(math.ceil(at / period_ns) * period_ns) for at in times]


def expected(pulses: PulseFilter, heard: list[int]) -> list[float]:
    """What the filter expects the next pulse to be at, after each one heard, in ns."""
    told = []
    for at in heard:
        pulses.hear(at)
        told.append(pulses.at + pulses.period)
    return told


def rms(errors: list[float]) -> float:
    return math.sqrt(sum(error * error for error in errors) / len(errors))


def settled_after(errors: list[float], within: float) -> int:
    """After how many values all errors stay within."""
    return max((index + 1 for index, error in enumerate(errors) if abs(error) > within), default=0)
