"""The sustain pedal of an answer: it moves as notes go out, and owes its release as they owe their note-offs. Pure.

Its one rule: it is down only while notes of the answer go out. Whatever ends the answer lifts it, and so does a
silence of LONGEST_NS: an engine that says nothing more must not leave it down.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from midi.message import CONTROL_CHANGE
from midi.nanoseconds import NS_PER_MS, NS_PER_S
from midi.pedal import SUSTAIN
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from realtime.session.schedule import ANSWER_PEDAL, Outgoing

ANEW_NS = 70 * NS_PER_MS
"""Pressed anew, it comes up with the note and goes down so long after it, once the dampers have stopped the harmony
before: legato pedalling."""
LONGEST_NS = 8 * NS_PER_S
"""The longest that it stays down without another note."""
DOWN, UP = 127, 0


@dataclass(slots=True)
class AnswerPedal:
    """The pedal on each channel that an answer plays on. Times in ns; those given to one pedal never go back."""

    _down: dict[int, int] = field(default_factory=dict)
    """The channels where it is down, and when the last note went out on each."""
    _to_press: dict[int, int] = field(default_factory=dict)
    """The channels where it is about to go down, and when."""

    def follow(self, messages: Iterable[Outgoing], now_ns: int) -> Iterator[Outgoing]:
        """Yield messages that go out by now, in their order, with what the pedal does between them."""
        for message in messages:
            if message.is_note_on and message.pedal is not None:
                yield from self._press_due(message.due_ns)
                yield from self._with_note(message, message.pedal)
            else:
                yield message
        yield from self._press_due(now_ns)
        yield from self.lift([channel for channel, at_ns in self._down.items() if at_ns + LONGEST_NS <= now_ns], now_ns)

    def lift(self, channels: Iterable[int], now_ns: int) -> list[Outgoing]:
        """Bring it up on some channels, where it is down, and leave it up."""
        lifted: list[Outgoing] = []
        for channel in channels:
            self._to_press.pop(channel, None)
            if self._down.pop(channel, None) is not None:
                lifted.append(_moved(channel, UP, now_ns))
        return lifted

    def lift_all(self, now_ns: int) -> list[Outgoing]:
        """Bring it up wherever it is down."""
        return self.lift([*self._down, *self._to_press], now_ns)

    @property
    def next_due_ns(self) -> int | None:
        """When `follow` next has something of its own to say; None: it is up, and stays up."""
        return min((*self._to_press.values(), *(at_ns + LONGEST_NS for at_ns in self._down.values())), default=None)

    def _with_note(self, message: Outgoing, pedal: int) -> Iterator[Outgoing]:
        channel = message.data[0] & 0x0F
        if pedal in (PEDAL_UP, PEDAL_ANEW):
            yield from self.lift([channel], message.due_ns)
        yield message
        if pedal == PEDAL_ANEW:
            self._to_press[channel] = message.due_ns + ANEW_NS
        elif pedal == PEDAL_HELD and channel not in self._to_press:
            if channel not in self._down:
                yield _moved(channel, DOWN, message.due_ns)
            self._down[channel] = message.due_ns

    def _press_due(self, now_ns: int) -> Iterator[Outgoing]:
        for channel, due_ns in list(self._to_press.items()):
            if due_ns <= now_ns:
                del self._to_press[channel]
                self._down[channel] = due_ns
                yield _moved(channel, DOWN, due_ns)


def _moved(channel: int, value: int, due_ns: int) -> Outgoing:
    return Outgoing(due_ns, bytes((CONTROL_CHANGE | channel, SUSTAIN, value)), ANSWER_PEDAL, is_note_on=False)
