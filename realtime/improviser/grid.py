"""The grid of a performance: its beats and bars, as far as anybody knows them; and heard onsets moved to it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, place
from midi.notes import TICKS_PER_BEAT
from midi.tokens import NOWHERE, Place

TICKS_PER_BAR = 4 * TICKS_PER_BEAT
HALF_BEAT = TICKS_PER_BEAT // 2
KEPT_BARS = 64
"""Changes of bars that are remembered: the notes of the latest are all that can still be corrected."""
TOLERANCE = 2
"""Ticks: an onset farther from every line stays where it is."""
SIXTEENTHS = (0, 6, 12, 18, 24)
TRIPLETS = (0, 8, 16, 24)
LINES = (0, 12, 24, 6, 18, 8, 16)
"""The lines of a beat, in ticks; of two equally near, the one named first."""


@dataclass(slots=True)
class Grid:
    """Beats, quarter notes apart, and bars; in ticks of the performance."""

    bars: list[Bar] = field(default_factory=list)
    """Each true until the next; in order."""
    beat_origin: int | None = None
    """The tick of any beat; None: nobody knows the beat."""
    counted: Bar | None = None
    """Bars that are counted from a tick on where nobody knows any; on the beat nearest to it."""

    def take_bar(self, bar: Bar) -> None:
        """From a tick on, bars run so; what was known of later ones is void."""
        if self.bars and self.bars[-1] == bar:
            return
        self.bars = [*(earlier for earlier in self.bars if earlier.tick < bar.tick), bar][-KEPT_BARS:]
        if bar.meter != UNKNOWN_METER:
            self.beat_origin = bar.tick - bar.position

    def lose_bars(self, tick: int) -> None:
        """From a tick on, nobody knows where bars are."""
        if self.bars:
            self.take_bar(Bar(tick, 0, UNKNOWN_METER))

    def place_of(self, tick: int) -> Place:
        """A tick's place in its bar, as the model takes it in."""
        return self._place(tick) or NOWHERE

    def _place(self, tick: int) -> tuple[int, int] | None:
        known = place(self.bars, tick)
        if known is not None or self.counted is None:
            return known
        begin, meter = self.counted.tick, self.counted.meter
        if self.beat_origin is not None:
            begin += (self.beat_origin - begin + HALF_BEAT) % TICKS_PER_BEAT - HALF_BEAT
        return meter, (tick - begin) % bar_ticks(meter)

    def bar_ticks(self, tick: int) -> int:
        """The length of the bar at a tick; four beats where none is known."""
        known = self._place(tick)
        return TICKS_PER_BAR if known is None else bar_ticks(known[0])

    def next_bar(self, tick: int) -> int | None:
        """The first beginning of a bar at or after a tick; None: nobody knows of any."""
        known = self._place(tick)
        return None if known is None else tick + -known[1] % bar_ticks(known[0])

    def origin_of(self, begin: int) -> int:
        """The tick of any beat, for what begins at a tick: that is one, where nobody knows better."""
        return begin if self.beat_origin is None else self.beat_origin

    def next_beat(self, tick: int, origin: int) -> int:
        """The first beat at or after a tick; counted from `origin` where nobody knows the beat."""
        return tick + (self.origin_of(origin) - tick) % TICKS_PER_BEAT


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
