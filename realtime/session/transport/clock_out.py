"""Our own MIDI clock for others: which of its messages are due, by the tempo of the performance. Pure."""

from midi.meter import Bar, place
from midi.tempo import Tempo
from realtime.session.transport.clock import CLOCK, START, STOP

PULSE, BEGIN, HALT = bytes([CLOCK]), bytes([START]), bytes([STOP])
CATCH_UP = 24
"""Pulses sent late at once; if more are late, the machine slept: they are left out, and the listeners started anew."""


class ClockOut:
    """A pulse on every tick; a start right before the first, or where bars are known before the first of a bar.

    Pulses go on while the transport stands still, so that listeners keep the tempo.
    """

    def __init__(self) -> None:
        self._next: int | None = None
        self._is_started = False

    def next_due_ns(self, tempo: Tempo) -> int | None:
        """When the next message is due; None before the first call of `due`."""
        return None if self._next is None else tempo.ns_at(self._next)

    def due(
        self, now_ns: int, tempo: Tempo, bar: Bar | None = None, *, rolling: bool = True
    ) -> list[tuple[int, bytes]]:
        """The messages due by a moment that were not returned before: (ns, message), in the order to send them."""
        now = tempo.tick_at(now_ns)
        if self._next is None:
            self._next = now + (tempo.ns_at(now) < now_ns)
        messages: list[tuple[int, bytes]] = []
        if self._is_started and (not rolling or now - self._next > CATCH_UP):
            messages.append((min(now_ns, tempo.ns_at(self._next)), HALT))
            self._is_started = False
        if now - self._next > CATCH_UP:
            self._next = now
        while (at_ns := tempo.ns_at(self._next)) <= now_ns:
            if rolling and not self._is_started and self._begins_bar(bar):
                messages.append((at_ns, BEGIN))
                self._is_started = True
            messages.append((at_ns, PULSE))
            self._next += 1
        return messages

    def close(self, now_ns: int) -> list[tuple[int, bytes]]:
        """The messages that end it."""
        was_started, self._is_started = self._is_started, False
        return [(now_ns, HALT)] if was_started else []

    def _begins_bar(self, bar: Bar | None) -> bool:
        if bar is None or self._next is None:
            return True
        position = place([bar], self._next)
        return position is None or position[1] == 0
