"""The one tempo of a performance: whose it is, and how it goes on when that changes. Pure but for a Link peer.

Whose time is kept, by `sync`: `clock`, `link`, `internal` and `follow` keep just that. `auto` keeps a MIDI clock's
while its pulses come, and for HOLD_NS on its tempo when they cease, or until the next start if it was stopped before;
else its own if --bpm was given; else that of the human's playing. While a transport is stopped, what begins alone waits
for it, and what answers a phrase answers in the last tempo.
"""

from collections.abc import Callable
from dataclasses import replace

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, meter_of, place
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.session.transport.clock import ClockSlave
from realtime.session.transport.continuity import agree, retimed
from realtime.session.transport.link_time import LinkSession, LinkTime
from realtime.session.transport.pulse_time import PulseTime
from realtime.settings import AUTO, CLOCK, DEFAULT_BPM, FOLLOW, INTERNAL, LINK, Settings

HOLD_NS = 10_000_000_000
COMMON_TIME = (4, 4)
TWO_CLOCKS = "two MIDI clocks come in: that of {:.0f} bpm is kept; take one away, or name its port with --clock-in"
NEVER_STARTED = "that clock runs without a start, as keyboards send it all day; sync internal, typed, leaves it alone"
"""Told with the tempo of a clock that nobody has started."""
TOLD_APART = 0.03
"""The human's tempo is told again where it differs from what was told last by more than this share."""


def join_link(bpm: float, quantum: int) -> LinkSession:
    """A peer of the Link session on this network.

    Raises:
        MachineError: its package is not installed.
    """
    from realtime.live.link_peer import LinkPeer

    return LinkPeer(bpm, quantum)


class Transport:
    """Tells the performance its time.

    `tempo`: performance ticks to ns; a new one goes on where the old one is. `bar`: from its tick on bars run; None
    where nobody knows of any. `beat`: ticks from tick 0 to the first beat, where the human tapped it; else None.
    `rolling`: False while the transport that time is taken from stands still, or is yet to be heard of. `source`:
    CLOCK, LINK, INTERNAL or FOLLOW. `revision`: raised whenever one of these has changed.

    Raises:
        MachineError: sync is LINK, and its package is not installed.
    """

    def __init__(self, settings: Settings, now_ns: int, join: Callable[[float, int], LinkSession] = join_link) -> None:
        self.tempo = Tempo.of(settings.bpm or DEFAULT_BPM, now_ns)
        self.bar: Bar | None = None
        self.rolling = True
        self.beat: int | None = None
        self.source = ""
        self.revision = 0
        self._settings = settings
        self._join = join
        self._clock = ClockSlave()
        self._pulses = PulseTime(self._clock)
        self._link: LinkTime | None = None
        self._held_until: int | None = None
        self._is_lost = self._is_awaited = self._is_two_told = False
        self._lines: list[str] = []
        self._told_bpm: float | None = None
        """The tempo of the human's that was told last."""
        if settings.meter or settings.count_in:
            self.bar = Bar(0, 0, self._meter())
        self._join_or_leave(settings)
        self._keep_time(now_ns)

    @property
    def wake_ns(self) -> int | None:
        """When `advance` has something to do next, if nothing is heard before."""
        link_ns = self._link.poll_ns if self._link else None
        return min((ns for ns in (self._clock.lost_ns, self._held_until, link_ns) if ns is not None), default=None)

    def lines(self) -> list[str]:
        """What a person should be told, each thing once."""
        lines, self._lines = self._lines, []
        return lines

    def hear(self, data: bytes, at_ns: int) -> None:
        """Take in a system message from an input."""
        self.advance(at_ns)
        if self._clock.hear(data, at_ns):
            if self._clock.is_two and not self._is_two_told:
                self._is_two_told = True
                self._lines.append(TWO_CLOCKS.format(self._clock.bpm))
            self._held_until = None if self._clock.alive else self._held_until
            self._keep_time(at_ns)

    def follow(self, tempo: Tempo) -> None:
        """The human's beat, as the engine hears it: kept if nothing else sets the tempo."""
        if self.source == FOLLOW:
            self.beat = None  # the engine knows
            self._adopt(tempo, self.bar, FOLLOW, rolling=True)
            self._tell_bpm("your tempo: about {:.0f} bpm; --bpm sets it")

    def count_bars_from(self, tick: int) -> Bar:
        """Bars begin at this tick, unless others say where; returns the bars that run."""
        if self.source in (INTERNAL, FOLLOW):
            self._adopt(self.tempo, Bar(tick, 0, self._meter()), self.source, rolling=self.rolling)
        return self.bar or Bar(tick, 0, self._meter())

    def take_beat(self, beat_ns: int) -> None:
        """A beat falls on this moment, as it was tapped: the tempo stays, its ticks move. Nothing where others lead."""
        if self.source not in (INTERNAL, FOLLOW):
            return
        self.revision += 1
        tick = self.tempo.tick_at(beat_ns)
        if self.bar is not None:
            self.beat = (self.bar.tick - self.bar.position) % TICKS_PER_BEAT
        elif self.beat is None:
            self.beat = tick % TICKS_PER_BEAT
        half = TICKS_PER_BEAT // 2
        tick += half - (tick - self.beat + half) % TICKS_PER_BEAT
        self._adopt(replace(self.tempo, anchor_ns=beat_ns, anchor_tick=tick), self.bar, self.source, rolling=True)
        self._tell_bpm("your taps: {:.0f} bpm")

    def _tell_bpm(self, line: str) -> None:
        """Tell the tempo that the human set by playing, unless it is all but the one told last."""
        bpm = float(self.tempo.bpm)
        if self._told_bpm is None or abs(bpm / self._told_bpm - 1) > TOLD_APART:
            self._told_bpm = bpm
            self._lines.append(line.format(bpm))

    def next_beginning(self, now_ns: int) -> int:
        """The first tick from now on at which a piece may begin: of a bar, where bars are known."""
        tick = self.tempo.tick_at(now_ns)
        tick += self.tempo.ns_at(tick) < now_ns
        known = place([self.bar], tick) if self.bar else None
        return tick if known is None else tick + -known[1] % bar_ticks(known[0])

    def take_bar(self, bar: Bar) -> None:
        """A piece says where its bars are: kept where neither `--meter` nor somebody else's time does."""
        if self._settings.meter is None and self.source in (INTERNAL, FOLLOW):
            self._adopt(self.tempo, bar, self.source, rolling=self.rolling)

    def set(self, settings: Settings, now_ns: int) -> None:
        """Take over changed settings.

        Raises:
            MachineError: sync has become LINK, and its package is not installed; all stays as it was.
        """
        self._join_or_leave(settings)
        before, self._settings = self._settings, settings
        if settings.sync != before.sync:
            self._held_until = None
        if self.bar and settings.meter != before.meter:
            bar = Bar(self.bar.tick, self.bar.position % bar_ticks(self._meter()), self._meter())
            self._adopt(self.tempo, bar, self.source, rolling=self.rolling)
        self._keep_time(now_ns)
        if settings.bpm is not None and settings.bpm != before.bpm:
            self._take_bpm(settings.bpm, now_ns)

    def advance(self, now_ns: int) -> None:
        """Notice what has ceased, and look at the Link session."""
        if self._clock.advance(now_ns) and self.source == CLOCK and self._clock.rolling:
            self._is_lost = self._is_awaited = True
            self._held_until = now_ns + HOLD_NS if self._settings.sync == AUTO else None
            self._lines.append(f"the clock has gone: going on at {self._bpm()}")
        if self._held_until is not None and now_ns >= self._held_until:
            self._held_until = None
            self._keep_time(now_ns)
            leads = "your beat leads" if self.source == FOLLOW else f"still going on at {self._bpm()}"
            self._lines.append(f"the clock stays away: {leads}")
        elif self._link and now_ns >= self._link.poll_ns:
            self._keep_time(now_ns)

    def _chosen(self) -> str:
        """Whose time is to be kept."""
        if self._settings.sync != AUTO:
            return self._settings.sync
        stopped = self.source == CLOCK and not self._clock.rolling
        if self._clock.is_locked and (self._clock.alive or self._held_until is not None or stopped):
            return CLOCK
        return FOLLOW if self._settings.bpm is None else INTERNAL

    def _keep_time(self, now_ns: int) -> None:
        source = self._chosen()
        if source != self.source:
            self._pulses.leave()
        if source == LINK and self._link:
            tempo = self._link.tempo(self.tempo, now_ns)
            self._adopt(tempo, self._link.bar(self._meter()), LINK, rolling=self._link.rolling)
        elif source == CLOCK and self._clock.is_locked:
            if self._clock.alive:
                tempo = self._pulses.tempo(self.tempo, now_ns)
                self._adopt(tempo, self._pulses.bar(self._meter()), CLOCK, rolling=self._clock.rolling)
            else:
                self._adopt(self.tempo, self.bar, CLOCK, rolling=self._clock.rolling)
        else:
            has_left = source == FOLLOW and self.source in (CLOCK, LINK)  # whose bars were elsewhere than its beats
            self._adopt(self.tempo, None if has_left else self.bar, source, rolling=source != CLOCK)

    def _adopt(self, tempo: Tempo, bar: Bar | None, source: str, *, rolling: bool) -> None:
        if agree(self.tempo, tempo, tempo.anchor_ns):
            tempo = self.tempo
        has_changed = (tempo, bar, source, rolling) != (self.tempo, self.bar, self.source, self.rolling)
        came = source != self.source
        if source in (CLOCK, LINK):
            self.beat = None
        self.tempo, self.bar, self.source, self.rolling = tempo, bar, source, rolling
        self.revision += has_changed
        if came or (self._is_awaited and self._clock.is_settled):
            self._lines += self._arrival()

    def _arrival(self) -> list[str]:
        """What is to be said of a source that has just come; of a clock not before its tempo can be told."""
        was_lost, self._is_lost, self._is_awaited = self._is_lost, False, False
        if self.source == LINK:
            return [f"Ableton Link: {self._bpm()}"]
        if self.source != CLOCK:
            return []
        if self._clock.is_settled:
            if was_lost:
                return [f"the clock is back: {self._bpm()}"]
            return [f"MIDI clock: {self._bpm()}", *([] if self._clock.origin else [NEVER_STARTED])]
        self._is_awaited = True
        return [] if self._clock.alive else ["waiting for a MIDI clock"]

    def _take_bpm(self, bpm: float, now_ns: int) -> None:
        if self.source == LINK and self._link:
            self._link.session.set_bpm(bpm)
        elif self.source == CLOCK and self._clock.alive and self._clock.is_locked:
            self._lines.append(f"the MIDI clock sets the tempo: {self._bpm()}")
        else:
            self._adopt(retimed(self.tempo, bpm, now_ns), self.bar, self.source, rolling=self.rolling)

    def _join_or_leave(self, settings: Settings) -> None:
        if settings.sync != LINK:
            if self._link:
                self._link.session.leave()
            self._link = None
        elif self._link is None:
            self._link = LinkTime(self._join(float(self.tempo.bpm), settings.quantum))
        elif settings.quantum != self._settings.quantum:
            self._link.session.set_quantum(settings.quantum)

    def _meter(self) -> int:
        """The meter of bars: the one that was set, else in Link as many quarters as a cycle has, else four."""
        told = self._settings.meter
        beats, unit = (int(part) for part in told.split("/")) if told else COMMON_TIME
        if told is None and self._settings.sync == LINK and meter_of(self._settings.quantum, 4) != UNKNOWN_METER:
            beats = self._settings.quantum
        return meter_of(beats, unit)

    def _bpm(self) -> str:
        return f"{float(self.tempo.bpm):.4g} bpm"
