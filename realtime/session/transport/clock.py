"""A MIDI clock listened to: start, stop, continue, song position, and pulses that come, stray, and cease.

Bytes and meanings are those of the MIDI 1.0 specification: F8 clock (24 to the quarter), FA start, FB continue,
FC stop, F2 song position in sixteenths. Pure: times are arguments.
"""

from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from realtime.session.transport.pulses import PulseFilter
from realtime.session.transport.two_clocks import ClockChoice

SONG_POSITION, CLOCK, START, CONTINUE, STOP = 0xF2, 0xF8, 0xFA, 0xFB, 0xFC
PULSES_PER_UNIT = 6
"""Pulses in a unit of song position: a sixteenth."""
LOCKED = 6
"""Pulses before a tempo is believed: a quarter of a beat."""
SETTLED = 24
"""Pulses, since it came or came back, before its tempo is told to a person: a beat."""
LOST_PERIODS = 6
LOST_NS = 300_000_000
"""A clock is lost when it has been silent for so many periods, but no sooner than this."""
UNHEARD_OF_NS = 3_000_000_000
"""A clock of which there is no tempo yet is lost after this: nobody goes slower than 1 bpm."""


class ClockSlave:
    """A MIDI clock as it is heard. `pulses.index` numbers its pulses; `pulses.breaks` says when that numbering broke.

    `origin`: (index of a pulse, pulses into the song at it), None before any start. `rolling`: False from a stop to
    the next start. `alive`: pulses arrive. `is_two`: those of two clocks do, and one of them is kept. `is_locked`: its
    tempo is known. `pulse_ns`: when the latest pulse came.
    """

    def __init__(self) -> None:
        self.pulses = PulseFilter()
        self.origin: tuple[int, int] | None = None
        self.rolling = True
        self.alive = False
        self.is_locked = False
        self.pulse_ns = 0
        self._arrived = 0
        self._next_position: int | None = None
        self._stopped_at = 0
        self._is_stale = False
        self._choice = ClockChoice()

    @property
    def is_two(self) -> bool:
        """Whether two clocks come."""
        return self._choice.is_two

    @property
    def bpm(self) -> float:
        """Its tempo, once it is known."""
        return NS_PER_MINUTE / TICKS_PER_BEAT / self.pulses.period

    @property
    def lost_ns(self) -> int | None:
        """When it will be lost unless a pulse comes; None if it is not alive."""
        if not self.alive:
            return None
        if not self.is_locked:
            return self.pulse_ns + UNHEARD_OF_NS
        return self.pulse_ns + max(LOST_NS, int(LOST_PERIODS * self.pulses.period))

    @property
    def is_settled(self) -> bool:
        """Whether its tempo can be told to a person."""
        return self.is_locked and self._arrived >= SETTLED

    def hear(self, data: bytes, at_ns: int) -> bool:
        """Take in a system message; whether it changed anything. Others than those of a clock are none of ours."""
        status = data[0] if data else 0
        if status == CLOCK:
            return self._pulse(at_ns)
        if status == START:
            self._next_position, self.rolling = 0, True
        elif status == CONTINUE:
            self.rolling = True
            if self._next_position is None:
                self._next_position = self._stopped_at
        elif status == STOP:
            self._stop()
        elif status == SONG_POSITION and len(data) == 3:
            self._next_position = PULSES_PER_UNIT * (data[1] | data[2] << 7)
        else:
            return False
        return True

    def advance(self, now_ns: int) -> bool:
        """Notice that the pulses have ceased; whether it did."""
        if self.lost_ns is None or now_ns < self.lost_ns:
            return False
        self.alive = False
        self._is_stale = True
        self._arrived = 0
        return True

    def _stop(self) -> None:
        if self.rolling and self.origin is not None:
            index, position = self.origin
            self._stopped_at = position + self.pulses.index + 1 - index
        self.rolling = False

    def _pulse(self, at_ns: int) -> bool:
        if not self._choice.take(at_ns):
            return False
        took = self._count(at_ns)
        kept = self._choice.notice()
        if kept:
            self._learn_anew(kept)
        return took or bool(kept)

    def _learn_anew(self, kept: list[int]) -> None:
        """Go by these pulses alone: others came between that were another clock's."""
        self.pulses.forget()
        for at_ns in kept:
            self.pulses.hear(at_ns)
        self._arrived = len(kept)

    def _count(self, at_ns: int) -> bool:
        begins = self.rolling and self._next_position is not None
        took = self._take(at_ns, begins=begins)
        if begins:  # a double of the pulse is as good: the start came in between
            self.origin = (self.pulses.index, self._next_position or 0)
            self._next_position = None
        if took:
            self.alive, self.pulse_ns, self._is_stale = True, at_ns, False
            self._arrived += 1
            self.is_locked |= self.pulses.memory >= LOCKED
        return took or begins

    def _take(self, at_ns: int, *, begins: bool) -> bool:
        pulses = self.pulses
        if self._is_stale and not self.is_locked:
            pulses.forget()
        elif self._is_stale:
            gone_on = round((at_ns - pulses.at) / pulses.period) if self.rolling and not begins else 1
            pulses.rephase(at_ns, max(1, gone_on))  # an unheard clock of the same tempo has counted on
            return True
        if begins and self.is_locked and not pulses.doubles(at_ns) and not pulses.fits(at_ns):
            pulses.rephase(at_ns)  # a start that does not wait for the old grid
            return True
        return pulses.hear(at_ns)
