"""Performance time from a MIDI clock: each of its pulses is a tick, and the next pulse the next tick.

Where the clock suddenly slows down, the ticks of pulses that were expected and had not come go back: a beat stays where
it is in what is planned, and what was not yet played waits for its pulse. Only a clock that begins elsewhere, by a
start or after a silence, is numbered anew, and there ticks never go back.
"""

from midi.meter import Bar, bar_ticks
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.session.transport.clock import ClockSlave
from realtime.session.transport.continuity import next_tick

ENOUGH = 3
"""Pulses of a new tempo before it is taken over."""


class PulseTime:
    """Maps a clock's pulses to ticks of the performance: tick = index of the pulse + `offset`."""

    def __init__(self, clock: ClockSlave) -> None:
        self._clock = clock
        self._offset = 0
        self._breaks = -1
        self._origin: tuple[int, int] | None = None

    def tempo(self, running: Tempo, at_ns: int) -> Tempo:
        """The tempo of the clock at a moment, going on from the one that ran so far."""
        pulses = self._clock.pulses
        if pulses.memory < ENOUGH:
            return running
        pulse_ns = round(pulses.at)
        began = self._clock.origin != self._origin
        self._origin = self._clock.origin
        bpm = NS_PER_MINUTE / TICKS_PER_BEAT / pulses.period
        if pulses.breaks != self._breaks:
            self._breaks = pulses.breaks
            tick = next_tick(running, pulse_ns) if began else running.tick_at(pulse_ns)
            behind = running.tick_at(at_ns) - Tempo.of(bpm, pulse_ns, tick).tick_at(at_ns)
            self._offset = tick + max(behind, 0) - pulses.index
        return Tempo.of(bpm, pulse_ns, pulses.index + self._offset)

    def leave(self) -> None:
        """Other time is kept from now on; when the clock's is kept again, its ticks are numbered anew."""
        self._breaks = -1

    def bar(self, meter: int) -> Bar | None:
        """Its bars, once it has said by a start where they are."""
        if self._clock.origin is None:
            return None
        index, position = self._clock.origin
        return Bar(index + self._offset, position % bar_ticks(meter), meter)
