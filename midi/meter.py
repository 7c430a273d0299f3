"""The place of a tick in its bar. Core: no I/O, no numpy.

A piece gives its bars as a few `Bar` rows, each valid until the next. A tick before the first row, or after one of an
unknown meter, has no place.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from midi.notes import TICKS_PER_BEAT

METERS: tuple[tuple[int, int], ...] = (
    (2, 4),
    (3, 4),
    (4, 4),
    (6, 8),
    (3, 8),
    (9, 8),
    (12, 8),
    (2, 2),
    (3, 2),
    (6, 4),
    (2, 8),
    (4, 2),
    (5, 4),
    (4, 8),
    (9, 16),
    (12, 16),
)
"""The time signatures that are told apart: (beats, unit), the unit as a fraction of a whole note."""
UNKNOWN_METER = -1
"""Stands for a stretch without bars, or in bars of a meter that is not in METERS."""
LONGEST_BAR = 192
"""Ticks in the longest bar of METERS: eight quarter notes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """From `tick` on, bars of METERS[meter] run, and `position` ticks of one are over at that tick."""

    tick: int
    position: int
    meter: int


def meter_of(beats: int, unit: int) -> int:
    """The index of a time signature in METERS, or UNKNOWN_METER."""
    return METERS.index((beats, unit)) if (beats, unit) in METERS else UNKNOWN_METER


def bar_ticks(meter: int) -> int:
    """Ticks in a bar of METERS[meter]."""
    beats, unit = METERS[meter]
    return beats * 4 * TICKS_PER_BEAT // unit


def place(bars: Sequence[Bar], tick: int) -> tuple[int, int] | None:
    """(index of the meter, ticks into the bar) at a tick, by bars in the order of their ticks; None if unknown."""
    index = bisect_right(bars, tick, key=lambda bar: bar.tick) - 1
    if index < 0 or bars[index].meter == UNKNOWN_METER:
        return None
    bar = bars[index]
    return bar.meter, (bar.position + tick - bar.tick) % bar_ticks(bar.meter)


def merged(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    """Bars, in the order of their ticks, without those that only repeat what runs anyway; of two at a tick, the later.

    What is unknown from beginning to end is no bars at all.
    """
    kept: list[Bar] = []
    for bar in {bar.tick: bar for bar in bars}.values():
        running = UNKNOWN_METER if not kept else kept[-1].meter
        if bar.meter == UNKNOWN_METER:
            repeats = running == UNKNOWN_METER
        else:
            repeats = place(kept, bar.tick) == (bar.meter, bar.position)
        if not repeats:
            kept.append(bar)
    return tuple(kept)
