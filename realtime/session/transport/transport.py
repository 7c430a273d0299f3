"""The one tempo of a performance: it chooses whose time is kept, and has it go on when that changes. Pure.

By `sync`, a source of that name is kept to; with `auto`, the first that is there: a MIDI clock while its pulses come,
and for HOLD_NS on its tempo when they cease, or until the next start if it was stopped before; else the human's beat;
or a tempo of our own, if --bpm was given. While a transport is stopped, what begins alone waits for it, and what
answers a phrase answers in the last tempo.
"""

from collections.abc import Iterable
from dataclasses import replace

from midi.meter import Bar, bar_ticks, place
from midi.notes import TICKS_PER_BEAT
from midi.tempo import DEFAULT_BPM, Tempo
from realtime.session.transport.sources import time_sources
from realtime.session.transport.time_source import TimeSource, TimeState, agree, retimed
from realtime.settings import AUTO, Settings

TOLD_APART = 0.03
"""The human's tempo is told again where it differs from what was told last by more than this share."""


class Transport:
    """Tells the performance its time.

    `beat`: ticks from tick 0 to the first beat, where the human tapped it; else None. `revision`: raised whenever
    something about time has changed.

    Raises:
        MachineError: `sync` names a source that this machine has not got.
    """

    def __init__(self, settings: Settings, now_ns: int, sources: Iterable[TimeSource] | None = None) -> None:
        """Begin at tick 0; `sources` are in the order in which `auto` takes them (default: `time_sources`)."""
        self.beat: int | None = None
        self.revision = 0
        self._sources = list(time_sources() if sources is None else sources)
        self._settings = settings
        bar = Bar(0, 0, settings.meter_id) if settings.meter or settings.count_in else None
        self._state = TimeState(Tempo.of(settings.bpm or DEFAULT_BPM, now_ns), bar, rolling=True)
        self._leader: TimeSource | None = None
        self._lines: list[str] = []
        self._told_bpm: float | None = None
        """The tempo of the human's that was told last."""
        self._set_sources(settings)
        self._keep_time(now_ns)

    @property
    def tempo(self) -> Tempo:
        """Performance ticks to ns; a new tempo goes on where the old one is."""
        return self._state.tempo

    @property
    def bar(self) -> Bar | None:
        """The bars that run from its tick on; None where nobody knows of any."""
        return self._state.bar

    @property
    def rolling(self) -> bool:
        """Whether time runs: not while the transport it is taken from stands still, or is yet to be heard of."""
        return self._state.rolling

    @property
    def source(self) -> str:
        """The name of the source that leads."""
        return self._leader.name if self._leader else ""

    @property
    def wake_ns(self) -> int | None:
        """The moment at which `advance` has something to do, if nothing is heard before."""
        wakes = (source.wake_ns for source in self._sources)
        return min((ns for ns in wakes if ns is not None), default=None)

    def lines(self) -> list[str]:
        """Lines that a person should be told, each once."""
        lines, self._lines = self._lines, []
        return lines

    def hear(self, data: bytes, at_ns: int) -> None:
        """Take in a system message from an input."""
        self.advance(at_ns)
        changes = [source.hear(data, at_ns) for source in self._sources]  # each hears, whatever another made of it
        if any(changes):
            self._keep_time(at_ns)

    def follow(self, tempo: Tempo) -> None:
        """Take in the human's beat, as the engine hears it: kept if nothing else sets the tempo."""
        if self._leader and self._leader.follow(tempo):
            self.beat = None  # the engine knows
            self._adopt(self._leader.state(self._state, tempo.anchor_ns))
            self._tell_bpm("your tempo: about {:.0f} bpm; --bpm sets it")

    def advance(self, now_ns: int) -> None:
        """Notice what time brings to the sources."""
        changes = [source.advance(now_ns) for source in self._sources]
        if any(changes):
            self._keep_time(now_ns)

    def set(self, settings: Settings, now_ns: int) -> None:
        """Take over changed settings.

        Raises:
            MachineError: `sync` names a source that this machine has not got; all stays as it was.
        """
        before = self._settings
        self._set_sources(settings)
        self._settings = settings
        if self.bar and settings.meter != before.meter:
            meter = self._meter
            self._adopt(self._state._replace(bar=Bar(self.bar.tick, self.bar.position % bar_ticks(meter), meter)))
        self._keep_time(now_ns)
        if settings.bpm is not None and settings.bpm != before.bpm:
            self._take_bpm(settings.bpm, now_ns)

    def count_bars_from(self, tick: int) -> Bar:
        """Bars begin at this tick, unless others say where; returns the bars that run."""
        bar = Bar(tick, 0, self._meter)
        if not self._is_led_by_others:
            self._adopt(self._state._replace(bar=bar))
        return self.bar or bar

    def take_bar(self, bar: Bar) -> None:
        """A piece says where its bars are: kept where neither `--meter` nor somebody else's time does."""
        if self._settings.meter is None and not self._is_led_by_others:
            self._adopt(self._state._replace(bar=bar))

    def take_beat(self, beat_ns: int) -> None:
        """A beat falls on this moment, as it was tapped: the tempo stays, its ticks move. Nothing where others lead."""
        if self._is_led_by_others:
            return
        self.revision += 1
        tick = self.tempo.tick_at(beat_ns)
        if self.bar is not None:
            self.beat = (self.bar.tick - self.bar.position) % TICKS_PER_BEAT
        elif self.beat is None:
            self.beat = tick % TICKS_PER_BEAT
        half = TICKS_PER_BEAT // 2
        tick += half - (tick - self.beat + half) % TICKS_PER_BEAT
        tempo = replace(self.tempo, anchor_ns=beat_ns, anchor_tick=tick)
        self._adopt(TimeState(tempo, self.bar, rolling=True))
        self._tell_bpm("your taps: {:.0f} bpm")

    def next_beginning(self, now_ns: int) -> int:
        """The first tick from now on at which a piece may begin: of a bar, where bars are known."""
        tick = self.tempo.tick_at(now_ns)
        tick += self.tempo.ns_at(tick) < now_ns
        known = place([self.bar], tick) if self.bar else None
        return tick if known is None else tick + -known[1] % bar_ticks(known[0])

    @property
    def _is_led_by_others(self) -> bool:
        return self._leader is not None and self._leader.is_external

    @property
    def _meter(self) -> int:
        return self._leader.meter if self._leader else self._settings.meter_id

    def _set_sources(self, settings: Settings) -> None:
        for source in self._sources:
            if source.name == settings.sync:
                source.join(settings, self.tempo)
        for source in self._sources:
            source.set(settings)

    def _chosen(self) -> TimeSource:
        """The source whose time is to be kept."""
        sync = self._settings.sync
        return next(source for source in self._sources if (source.is_there if sync == AUTO else source.name == sync))

    def _keep_time(self, now_ns: int) -> None:
        chosen, running = self._chosen(), self._state
        if chosen is not self._leader:
            running = chosen.lead(running, self._leader)
            if self._leader:
                self._leader.leave()
            self._leader = chosen
            self.revision += 1
        self._adopt(chosen.state(running, now_ns))

    def _adopt(self, state: TimeState) -> None:
        if agree(self.tempo, state.tempo, state.tempo.anchor_ns):
            state = state._replace(tempo=self.tempo)
        self.revision += state != self._state
        self._state = state
        if self._is_led_by_others:
            self.beat = None
        self._tell()

    def _take_bpm(self, bpm: float, now_ns: int) -> None:
        if self._leader and self._leader.take_bpm(bpm):
            self._tell()
        else:
            self._adopt(self._state._replace(tempo=retimed(self.tempo, bpm, now_ns)))

    def _tell(self) -> None:
        """Gather what the sources have to say, in the tempo that is kept now."""
        if self._leader:
            for source in self._sources:
                self._lines += source.lines(self._leader, self.tempo)

    def _tell_bpm(self, line: str) -> None:
        """Tell the tempo that the human set by playing, unless it is all but the one told last."""
        bpm = float(self.tempo.bpm)
        if self._told_bpm is None or abs(bpm / self._told_bpm - 1) > TOLD_APART:
            self._told_bpm = bpm
            self._lines.append(line.format(bpm))
