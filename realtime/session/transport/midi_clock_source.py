"""The time of a MIDI clock, held for a while where its pulses cease. Pure.

Each of its pulses is a tick, and the next pulse the next tick. Where the clock suddenly slows down, the ticks of pulses
that were expected and had not come go back: a beat stays where it is in what is planned, and what was not yet played
waits for its pulse. Only a clock that begins elsewhere, by a start or after a silence, is numbered anew, and there
ticks never go back.
"""

from midi.meter import Bar, bar_ticks
from midi.tempo import Tempo
from realtime.session.transport.clock import ClockSlave
from realtime.session.transport.time_source import TimeSource, TimeState, bpm_text, next_tick
from realtime.settings import AUTO, CLOCK, Settings

ENOUGH = 3
"""Pulses of a new tempo before it is taken over."""
HOLD_NS = 10_000_000_000
"""A clock that has gone is waited for so long, where others may lead instead."""
TWO_CLOCKS = "two MIDI clocks come in: that of {:.0f} bpm is kept; take one away, or name its port with --clock-in"
NEVER_STARTED = "that clock runs without a start, as keyboards send it all day; sync internal, typed, leaves it alone"
"""Told with the tempo of a clock that nobody has started."""
GONE = "the clock has gone: going on at {bpm}"
STAYS_AWAY = "the clock stays away: {manner}"
NOT_YOURS = "the MIDI clock sets the tempo: {bpm}"


class MidiClockSource(TimeSource):
    """There while pulses come, while it is held, and while it is stopped."""

    name = CLOCK

    def __init__(self) -> None:
        super().__init__()
        self._clock = ClockSlave()
        self._offset = 0
        """The tick of a pulse is its index, and this."""
        self._breaks: int | None = None
        """The clock's, when its pulses were numbered; None: they are to be numbered anew."""
        self._origin: tuple[int, int] | None = None
        self._held_until: int | None = None
        self._has_come = False
        """It leads since a moment ago, which is yet to be told."""
        self._is_awaited = False
        """Its tempo is to be told as soon as it can be."""
        self._is_lost = False
        self._is_two_told = False
        self._news: list[str] = []
        """Lines to be filled in."""

    @property
    def is_there(self) -> bool:
        """Whether its tempo is known, and it may still be kept."""
        is_stopped = self.is_leading and not self._clock.rolling
        return self._clock.is_locked and (self._clock.alive or self._held_until is not None or is_stopped)

    @property
    def wake_ns(self) -> int | None:
        """The moment at which it is lost, or given up."""
        return min((ns for ns in (self._clock.lost_ns, self._held_until) if ns is not None), default=None)

    def set(self, settings: Settings) -> None:
        """Take over settings; a change of `sync` ends the wait for it."""
        if settings.sync != self.settings.sync:
            self._held_until = None
        super().set(settings)

    def hear(self, data: bytes, at_ns: int) -> bool:
        """Take in a pulse, a start, a stop, a song position."""
        if not self._clock.hear(data, at_ns):
            return False
        if self._clock.is_two and not self._is_two_told:
            self._is_two_told = True
            self._news.append(TWO_CLOCKS.format(self._clock.bpm))
        if self._clock.alive:
            self._held_until = None
        return True

    def advance(self, now_ns: int) -> bool:
        """Notice that it has gone; and, after a while, that it stays away."""
        has_gone = self._clock.advance(now_ns) and self.is_leading and self._clock.rolling
        if has_gone:
            self._is_lost = self._is_awaited = True
            self._held_until = now_ns + HOLD_NS if self.settings.sync == AUTO else None
            self._news.append(GONE)
        if self._held_until is None or now_ns < self._held_until:
            return has_gone
        self._held_until = None
        self._news.append(STAYS_AWAY)
        return True

    def lead(self, running: TimeState, before: TimeSource | None) -> TimeState:
        """Lead, and tell so."""
        self._has_come = True
        return super().lead(running, before)

    def leave(self) -> None:
        """Be one of those that do not lead: when it does again, its ticks are numbered anew, and its tempo is news."""
        super().leave()
        self._breaks = None
        self._has_come = self._is_lost = self._is_awaited = False

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """The tempo of its pulses; until that is known, the time that ran so far, standing still."""
        if not self._clock.is_locked:
            return running._replace(rolling=False)
        if not self._clock.alive:
            return running._replace(rolling=self._clock.rolling)
        tempo = self._tempo(running.tempo, now_ns)
        return TimeState(tempo, self._bar(), self._clock.rolling)

    def _tempo(self, running: Tempo, at_ns: int) -> Tempo:
        """The tempo of the clock at a moment, going on from the one that ran so far."""
        pulses = self._clock.pulses
        if pulses.memory < ENOUGH:
            return running
        pulse_ns = round(pulses.at)
        began = self._clock.origin != self._origin
        self._origin = self._clock.origin
        if pulses.breaks != self._breaks:
            self._breaks = pulses.breaks
            tick = next_tick(running, pulse_ns) if began else running.tick_at(pulse_ns)
            behind = running.tick_at(at_ns) - Tempo.of(self._clock.bpm, pulse_ns, tick).tick_at(at_ns)
            self._offset = tick + max(behind, 0) - pulses.index
        return Tempo.of(self._clock.bpm, pulse_ns, pulses.index + self._offset)

    def _bar(self) -> Bar | None:
        """Its bars, once it has said by a start where they are."""
        if self._clock.origin is None:
            return None
        index, position = self._clock.origin
        return Bar(index + self._offset, position % bar_ticks(self.meter), self.meter)

    def take_bpm(self, bpm: float) -> bool:
        """Say that the clock sets the tempo, while it does."""
        if not (self._clock.alive and self._clock.is_locked):
            return False
        self._news.append(NOT_YOURS)
        return True

    def lines(self, leader: TimeSource, tempo: Tempo) -> list[str]:
        """That it came, has gone, stays away, or is two."""
        news, self._news = self._news, []
        if self._has_come or (self._is_awaited and self._clock.is_settled):
            news += self._arrival()
        return [line.format(bpm=bpm_text(tempo), manner=leader.manner(tempo)) for line in news]

    def _arrival(self) -> list[str]:
        """Its tempo, or that it is waited for: no tempo is told before it can be."""
        was_lost, self._has_come, self._is_lost = self._is_lost, False, False
        self._is_awaited = not self._clock.is_settled
        if self._is_awaited:
            return [] if self._clock.alive else ["waiting for a MIDI clock"]
        if was_lost:
            return ["the clock is back: {bpm}"]
        return ["MIDI clock: {bpm}", *([] if self._clock.origin else [NEVER_STARTED])]
