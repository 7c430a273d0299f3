"""The measures of a score to bars: which of the short ones are pickups, and which are one bar in two halves.

Pure: measures in, bars out. A measure is short at a pickup, and wherever a repeat sign or a double bar cuts a bar.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, merged


@dataclass(frozen=True, slots=True)
class Measure:
    """The music between two bar lines: its first tick, its length in ticks, and the meter in force."""

    tick: int
    ticks: int
    meter: int


def bars_of(measures: Sequence[Measure]) -> tuple[Bar, ...]:
    """The bars that measures in their order make up.

    The first measure, if short, ends with its bar. Short ones in a row that are one bar together continue each other.
    Any other short one ends with its bar if it is at most half of one, as a pickup does, and else begins with it, as
    the last bar of a section does whose pickup it leaves room for. Longer ones begin with a bar.
    """
    return merged(_placed([measure for measure in measures if measure.ticks > 0]))


def _placed(measures: Sequence[Measure]) -> Iterator[Bar]:
    index = 0
    while index < len(measures):
        first = measures[index]
        together = _together(measures, index)
        if first.meter == UNKNOWN_METER or together > 1:
            position = 0
        else:
            position = _alone(first.ticks, bar_ticks(first.meter), opening=index == 0)
        for measure in measures[index : index + together]:
            yield Bar(measure.tick, position, measure.meter)
            position += measure.ticks
        index += together


def _together(measures: Sequence[Measure], index: int) -> int:
    """Count the measures from here on that are one bar together; 1 if none are."""
    meter = measures[index].meter
    if index == 0 or meter == UNKNOWN_METER:
        return 1
    filled = 0
    for end in range(index, len(measures)):
        filled += measures[end].ticks
        if measures[end].meter != meter or filled > bar_ticks(meter):
            break
        if filled == bar_ticks(meter):
            return end + 1 - index
    return 1


def _alone(ticks: int, whole: int, *, opening: bool) -> int:
    """The ticks of its bar that are over where a measure begins that no other completes."""
    pickup = ticks < whole if opening else 2 * ticks <= whole
    return whole - ticks if pickup else 0
