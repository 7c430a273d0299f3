"""Performance time from a MIDI clock: its pulses are ticks, renumbered so that ticks never go back."""

from midi.meter import Bar, bar_ticks
from midi.notes import TICKS_PER_BEAT
from midi.tempo import NS_PER_MINUTE, Tempo
from realtime.sync.clock import ClockSlave
from realtime.sync.continuity import next_tick

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
        if pulses.breaks != self._breaks:
            self._breaks = pulses.breaks
            tick = next_tick(running, pulse_ns) if began else running.tick_at(pulse_ns)
            self._offset = tick - pulses.index
        told = Tempo.of(NS_PER_MINUTE / TICKS_PER_BEAT / pulses.period, pulse_ns, pulses.index + self._offset)
        behind = running.tick_at(at_ns) - told.tick_at(at_ns)
        if behind <= 0:
            return told
        self._offset += behind
        return Tempo(told.bpm, told.anchor_ns, told.anchor_tick + behind)

    def leave(self) -> None:
        """Other time is kept from now on; when the clock's is kept again, its ticks are numbered anew."""
        self._breaks = -1

    def bar(self, meter: int) -> Bar | None:
        """Where its bars are, once it has said so by a start."""
        if self._clock.origin is None:
            return None
        index, position = self._clock.origin
        return Bar(index + self._offset, position % bar_ticks(meter), meter)
