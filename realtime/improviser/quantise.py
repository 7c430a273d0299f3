"""Heard onsets, moved to the lines that music is written on: the model was taught on scores, which know no jitter."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from midi.notes import TICKS_PER_BEAT

TOLERANCE = 2
"""Ticks: an onset farther from every line stays where it is."""
SIXTEENTHS = (0, 6, 12, 18, 24)
TRIPLETS = (0, 8, 16, 24)
LINES = (0, 12, 24, 6, 18, 8, 16)
"""The lines of a beat, in ticks; of two equally near, the one named first."""


def snapped(tick: int, beat_origin: int, after: int | None = None) -> int:
    """A heard onset's tick on the nearest line of sixteenths or eighth triplets, or where it was if none is near.

    `beat_origin`: the tick of any beat. `after`: the snapped tick of the onset before, which was another chord: the
    result is later than it, so that quick notes neither merge nor change places.
    """
    return _settled(tick, _moved(tick, beat_origin, LINES), after)


def snapped_run(ticks: Sequence[int], beat_origin: int) -> list[int]:
    """A phrase's onsets (ticks in ascending order, those of a chord equal), each beat on the one grid that fits it."""
    result: list[int] = []
    chord: tuple[int, int] | None = None
    for beat, group in groupby(ticks, key=lambda tick: (tick - beat_origin + TOLERANCE) // TICKS_PER_BEAT):
        members = list(group)
        begin = beat_origin + beat * TICKS_PER_BEAT
        lines = _grid(tick - begin for tick in members)
        for tick in members:
            if chord is None or tick != chord[0]:
                after = None if chord is None else chord[1]
                chord = (tick, _settled(tick, _moved(tick, beat_origin, lines), after))
            result.append(chord[1])
    return result


def _grid(beat_ticks: Iterable[int]) -> tuple[int, ...]:
    """The grid on which the onsets of one beat lie better, sixteenths if equally well."""
    ticks = list(beat_ticks)
    return min(SIXTEENTHS, TRIPLETS, key=lambda lines: sum(_distance(tick, lines) ** 2 for tick in ticks))


def _distance(tick: int, lines: Sequence[int]) -> int:
    return min(abs(tick - line) for line in lines)


def _moved(tick: int, beat_origin: int, lines: Sequence[int]) -> int:
    beat_tick = (tick - beat_origin) % TICKS_PER_BEAT
    nearest = min(lines, key=lambda line: abs(beat_tick - line))
    return tick + nearest - beat_tick if abs(beat_tick - nearest) <= TOLERANCE else tick


def _settled(tick: int, moved: int, after: int | None) -> int:
    if after is None or moved > after:
        return moved
    return max(tick, after + 1)
