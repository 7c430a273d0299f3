"""The time that an engine plans in: its tempo, its beats and bars, and whether the human's beat may set it. Pure."""

from collections.abc import Sequence

from midi.meter import UNKNOWN_METER, Bar
from midi.tempo import Tempo
from realtime.improviser.grid import Grid
from realtime.improviser.heard_beat import HeardBeat
from realtime.improviser.onsets import Strike
from realtime.messages import NO_BEAT, TransportState
from realtime.settings import AUTO, BAR, DEFAULT_BPM, FOLLOW, OFF, Settings

LONGEST_BARS = 8


class Timekeeper:
    """Keeps the tempo and the grid, by what the I/O process says and the human plays."""

    def __init__(self, settings: Settings) -> None:
        self.tempo = Tempo.of(settings.bpm or DEFAULT_BPM)
        self.grid = Grid()
        self._heard_beat = HeardBeat()
        self._is_free = settings.sync == FOLLOW or (settings.sync == AUTO and settings.bpm is None)
        self._has_bars_of_others = False
        """The bars are those of a clock or Link, and end with it."""

    def keep(self, transport: TransportState) -> None:
        """Time runs so from now on."""
        self.tempo = Tempo.of(transport.bpm, transport.anchor_ns, transport.anchor_tick)
        self._is_free = transport.is_free
        if transport.meter != UNKNOWN_METER:
            self.grid.take_bar(Bar(transport.bar_tick, transport.position, transport.meter))
            self._has_bars_of_others = True
        elif self._has_bars_of_others and not self._is_free:
            self._has_bars_of_others = False
            self.grid.lose_bars(transport.anchor_tick)
        is_tapped = transport.beat != NO_BEAT
        if is_tapped and transport.meter == UNKNOWN_METER:
            self.grid.beat_origin = transport.beat
        if is_tapped or not self._is_free:
            self._heard_beat.agree(self.tempo)

    def follow(self, strikes: Sequence[Strike]) -> bool:
        """Take up the beat of the human's notes (in order), where nobody else sets the tempo; False: none is heard."""
        tempo = self._heard_beat.tempo(strikes, self.tempo) if self._is_free else None
        if tempo is None:
            return False
        self.tempo = tempo
        self.grid.lose_bars(tempo.anchor_tick)
        self.grid.beat_origin = tempo.anchor_tick
        return True

    def entry(self, tick: int, origin: int, quantize_entry: str) -> int:
        """The tick at which a plan enters: the first beat or bar from a tick on, as asked for and as far as known.

        Beats count from `origin` where nobody knows any.
        """
        if quantize_entry == OFF:
            return tick
        bar = self.grid.next_bar(tick) if quantize_entry == BAR else None
        return self.grid.next_beat(tick, origin) if bar is None else bar

    def answer_end(self, begin: int, phrase_ticks: int, bars: int | None) -> int:
        """The tick at which an answer ends that begins at one: with a bar, where bars are known.

        It takes `bars` if asked for, else as many as the phrase, at most LONGEST_BARS.
        """
        bar = self.grid.bar_ticks(begin)
        if bars is None:
            bars = min(max(1, -(-phrase_ticks // bar)), LONGEST_BARS)
        end = begin + bars * bar
        to_the_bar = self.grid.next_bar(end - bar + 1)
        return end if to_the_bar is None else to_the_bar
