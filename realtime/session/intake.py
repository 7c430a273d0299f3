"""Bounds what comes in: no program that sends without end takes the time of the notes that go out. Pure; I/O process.

Far more than two hands play, or a MIDI cable carries, passes untouched. Beyond that, per musician: note-ons are left
out, each with its note-off; of all that has a value, as controllers and bends have, the latest waits and comes as soon
as there is room, so that what was said last holds in the end. What is left out is counted.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from midi.arrivals import Arrived
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, POLY_PRESSURE, is_note_on
from midi.nanoseconds import NS_PER_S
from realtime.session.transport.clock import CLOCK

NOTES, NOTES_NS = 1_500, NS_PER_S
"""Note-ons within so long: half as many again as a MIDI cable carries (31,250 baud); a burst of a thousand passes."""
OTHERS, OTHERS_NS = 104, NS_PER_S // 10
"""All else within so long: as many messages as a MIDI cable carries (31,250 baud)."""
TELL_NS = 2 * NS_PER_S
"""A flood is over when nothing was left out for so long."""


@dataclass(slots=True)
class _Allowance:
    """A limit of `most` messages of a kind within `window_ns`, counted from the first of them."""

    most: int
    window_ns: int
    _began_ns: int = -(2**63)
    _taken: int = 0

    def take(self, now_ns: int) -> bool:
        """Whether one more may pass."""
        if now_ns - self._began_ns >= self.window_ns:
            self._began_ns, self._taken = now_ns, 0
        if self._taken >= self.most:
            return False
        self._taken += 1
        return True


@dataclass(slots=True)
class Intake:
    """The bounded queue of what comes in for one musician, or from the one clock. Inputs go by their names."""

    left_out: int = 0
    _arrived: list[tuple[str, Arrived]] = field(default_factory=list)
    _notes: _Allowance = field(default_factory=lambda: _Allowance(NOTES, NOTES_NS))
    _others: _Allowance = field(default_factory=lambda: _Allowance(OTHERS, OTHERS_NS))
    _down: set[tuple[str, int, int]] = field(default_factory=set)
    """Keys whose note-on passed, as (port, channel, pitch)."""
    _latest: dict[tuple[str, bytes], bytes] = field(default_factory=dict)
    """Messages that wait for room, by port and by what they set; the latest last."""

    def add(self, port: str, arrived: Arrived) -> None:
        """A whole channel message, or a system message of time, has come."""
        self._arrived.append((port, arrived))

    def admit(self, now_ns: int) -> list[tuple[str, Arrived]]:
        """Take all that may pass now, in order: of what waited, then of what has come."""
        if not self._arrived and not self._latest:
            return []
        arrived, self._arrived = self._arrived, []
        admitted: list[tuple[str, Arrived]] = []
        while self._latest and self._others.take(now_ns):
            name = next(iter(self._latest))
            admitted.append((name[0], Arrived(now_ns, self._latest.pop(name))))
        admitted += [(port, one) for port, one in arrived if self._is_admitted(port, one.data, now_ns)]
        return admitted

    def _is_admitted(self, port: str, data: bytes, now_ns: int) -> bool:
        kind = data[0] & 0xF0
        if kind in (NOTE_ON, NOTE_OFF):
            key = (port, data[0] & 0x0F, data[1])
            admits = self._is_note_on_admitted if is_note_on(data) else self._is_note_off_admitted
            is_admitted = admits(key, now_ns)
            self.left_out += not is_admitted
            return is_admitted
        name = (port, data[:2] if kind in (CONTROL_CHANGE, POLY_PRESSURE) else data[:1])
        self.left_out += self._latest.pop(name, None) is not None
        if self._others.take(now_ns):
            return True
        if data[0] == CLOCK:  # it has no value that could come later
            self.left_out += 1
        else:
            self._latest[name] = data
        return False

    def _is_note_on_admitted(self, key: tuple[str, int, int], now_ns: int) -> bool:
        if not self._notes.take(now_ns):
            return False
        self._down.add(key)
        return True

    def _is_note_off_admitted(self, key: tuple[str, int, int], now_ns: int) -> bool:
        """A key that is down comes up, whatever else comes in; of others, whose note-ons were left out, not all do."""
        if key in self._down:
            self._down.discard(key)
            return True
        return self._others.take(now_ns)


class Intakes:
    """An intake for each musician, one for what is nobody's, and one for what says how time runs."""

    def __init__(self, voices: int) -> None:
        """For so many musicians."""
        self.channels = [Intake() for _ in range(voices + 1)]
        self.system = Intake()
        self._told = 0
        self._known = 0
        self._grew_ns = 0

    def of(self, voice: int | None) -> Intake:
        """A musician's; None: nobody's."""
        return self.channels[-1 if voice is None else voice]

    @property
    def left_out(self) -> int:
        """Messages that were left out so far."""
        return self.system.left_out + sum(intake.left_out for intake in self.channels)

    def lines(self, now_ns: int, *, is_over: bool = False) -> Iterable[str]:
        """Lines for a person: that a flood has begun, and, when it or all `is_over`, how much was left out."""
        left_out = self.left_out
        if left_out > self._known:
            if self._known == self._told:
                yield "more comes in than anybody plays: what is too much is left out"
            self._known, self._grew_ns = left_out, now_ns
        if self._known > self._told and (is_over or now_ns - self._grew_ns > TELL_NS):
            yield f"{self._known - self._told:,} messages that came in were left out"
            self._told = self._known
