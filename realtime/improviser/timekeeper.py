"""The time that an engine plans in: its tempo, its beats and bars, and whether the human's beat may set it. Pure."""

from collections.abc import Sequence

from midi.meter import UNKNOWN_METER, Bar
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from midi.tempo import DEFAULT_BPM, Tempo
from realtime.improviser.beat import Beat, find_beat
from realtime.improviser.grid import Grid
from realtime.improviser.onsets import Strike
from realtime.messages import NO_BEAT, TransportState
from realtime.settings import AUTO, BAR, BPM_RANGE, FOLLOW, OFF, Settings

LONGEST_BARS = 8


class Timekeeper:
    """Keeps the tempo and the grid, by what the I/O process says and the human plays."""

    def __init__(self, settings: Settings) -> None:
        self.tempo = Tempo.of(settings.bpm or DEFAULT_BPM)
        self.grid = Grid()
        self._beat: Beat | None = None
        """The beat heard last, or set by somebody else: the next is sought near it."""
        self._is_free = settings.sync == FOLLOW or (settings.sync == AUTO and settings.bpm is None)
        self._has_bars_of_others = False
        """The bars are those of a clock or Link, and end with it."""

    @property
    def knows_beat(self) -> bool:
        """Whether somebody has set the tempo, or a beat was heard."""
        return not self._is_free or self._beat is not None

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
            self._beat = Beat(NS_PER_MINUTE / float(self.tempo.bpm), self.tempo.anchor_ns, 1.0)

    def follow(self, strikes: Sequence[Strike]) -> bool:
        """Take up the beat of the human's notes (in order), where nobody else sets the tempo; False: none is heard."""
        tempo = self._heard_tempo(strikes) if self._is_free and strikes else None
        if tempo is None:
            return False
        self.tempo = tempo
        self.grid.lose_bars(tempo.anchor_tick)
        self.grid.beat_origin = tempo.anchor_tick
        return True

    def _heard_tempo(self, strikes: Sequence[Strike]) -> Tempo | None:
        """The tempo whose ticks in multiples of a beat from its anchor are the beats heard; None: no beat is heard.

        It goes on from the present one: the beat nearest to the first onset keeps its tick.
        """
        beat = find_beat(strikes, self._beat)
        if beat is None or not BPM_RANGE[0] <= NS_PER_MINUTE / beat.period_ns <= BPM_RANGE[1]:
            return None
        self._beat = beat
        beats_back = round((beat.phase_ns - strikes[0].at_ns) / beat.period_ns)
        first_ns = beat.phase_ns - round(beats_back * beat.period_ns)
        tick = self.tempo.tick_at(first_ns) + beats_back * TICKS_PER_BEAT
        return Tempo.of(NS_PER_MINUTE / beat.period_ns, beat.phase_ns, tick)

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
