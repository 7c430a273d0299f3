"""The grid of a performance: its beats and bars, as far as anybody knows them. Pure."""

from dataclasses import dataclass, field

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, place
from midi.notes import TICKS_PER_BEAT
from midi.tokens import NOWHERE, Place

TICKS_PER_BAR = 4 * TICKS_PER_BEAT
KEPT_BARS = 64
"""Changes of bars that are remembered: the notes of the latest are all that can still be corrected."""


@dataclass(slots=True)
class Grid:
    """Beats, quarter notes apart, and bars; in ticks of the performance."""

    bars: list[Bar] = field(default_factory=list)
    """Each true until the next; in order."""
    beat_origin: int | None = None
    """The tick of any beat; None: nobody knows the beat."""

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
        return place(self.bars, tick) or NOWHERE

    def bar_ticks(self, tick: int) -> int:
        """The length of the bar at a tick; four beats where none is known."""
        known = place(self.bars, tick)
        return TICKS_PER_BAR if known is None else bar_ticks(known[0])

    def next_bar(self, tick: int) -> int | None:
        """The first beginning of a bar at or after a tick; None: nobody knows of any."""
        known = place(self.bars, tick)
        return None if known is None else tick + -known[1] % bar_ticks(known[0])

    def origin_of(self, begin: int) -> int:
        """The tick of any beat, for what begins at a tick: that is one, where nobody knows better."""
        return begin if self.beat_origin is None else self.beat_origin

    def next_beat(self, tick: int, origin: int) -> int:
        """The first beat at or after a tick; counted from `origin` where nobody knows the beat."""
        return tick + (self.origin_of(origin) - tick) % TICKS_PER_BEAT
