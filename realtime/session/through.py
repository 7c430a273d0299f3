"""Thru: human messages passed on to the output, where every key and pedal must come up. Pure.

Its one rule: once nothing new goes through, what puts back still does.
"""

from dataclasses import dataclass, field

from midi.message import CHANNEL_PRESSURE, CONTROL_CHANGE, NOTE_OFF, PITCH_BEND, ends_notes, is_note_off, is_note_on
from midi.pedal import PEDAL_DOWN, RESET_ALL_CONTROLLERS, SOSTENUTO, SUSTAIN
from realtime.session.doubles import DOUBLE_NS

MODULATION = 1
SOFT, HOLD_2 = 67, 69
PEDALS = (SUSTAIN, SOSTENUTO, SOFT, HOLD_2)
PUT_BACK = {(CONTROL_CHANGE, number): (number, 0) for number in (MODULATION, *PEDALS)} | {
    (PITCH_BEND, 0): (0, 64),
    (CHANNEL_PRESSURE, 0): (0,),
}
"""The data bytes that put back what a message of this kind and number moved (MIDI 1.0)."""

Key = tuple[int, int]
"""(channel, pitch)"""
Control = tuple[int, int, int]
"""(channel, kind, number)"""


@dataclass(slots=True)
class Through:
    """The keys and controls that one musician has moved on one output. Channels are counted from 0."""

    _down: dict[Key, tuple[int, int]] = field(default_factory=dict)
    """The number of times that each key is down, as a loop may strike it twice, and when it was struck last."""
    _moved: dict[Control, None] = field(default_factory=dict)
    """Controls that are to be put back, in the order in which they were moved."""

    _lifted: set[int] = field(default_factory=set)
    """The channels whose sustain pedal came up here while the human still holds it."""

    @property
    def down(self) -> frozenset[Key]:
        """The keys that are down on the output."""
        return frozenset(self._down)

    def take(self, data: bytes, at_ns: int, *, is_open: bool) -> list[bytes]:
        """Take a message that came in; returns what goes on: everything if `is_open`, else only what puts back.

        A mode message that ends notes would end the answer's too: the notes that went through end in its place.
        """
        status, channel = data[0] & 0xF0, data[0] & 0x0F
        if is_note_off(data):
            return [data] if self._release((channel, data[1])) else []
        if is_note_on(data):
            if is_open:
                self._strike((channel, data[1]), at_ns)
        elif ends_notes(data):
            return self._release_all(channel)
        elif status == CONTROL_CHANGE and data[1] == RESET_ALL_CONTROLLERS:
            return [*self._put_back(channel), *([data] if is_open else [])]
        else:
            return [data] if self._move(channel, data, is_open=is_open) else []
        return [data] if is_open else []

    def sustains(self, channel: int) -> bool:
        """Whether the human's sustain pedal is down on the output."""
        return (channel, CONTROL_CHANGE, SUSTAIN) in self._moved

    def lift(self, channel: int) -> list[bytes]:
        """The sustain pedal comes up on the output, if it is down there; how it moves counts again once it is up."""
        if not self.sustains(channel):
            return []
        del self._moved[channel, CONTROL_CHANGE, SUSTAIN]
        self._lifted.add(channel)
        return [bytes((CONTROL_CHANGE | channel, *PUT_BACK[CONTROL_CHANGE, SUSTAIN]))]

    def end(self) -> list[bytes]:
        """Everything up and put back: nobody will hear it come up."""
        return [message for channel in range(16) for message in (*self._release_all(channel), *self._put_back(channel))]

    def _strike(self, key: Key, at_ns: int) -> None:
        count, struck_ns = self._down.get(key, (0, 0))
        is_double = 0 <= at_ns - struck_ns <= DOUBLE_NS
        self._down[key] = (count + 1 if is_double else 1, at_ns)

    def _release(self, key: Key) -> bool:
        """Whether the key was down."""
        count, struck_ns = self._down.pop(key, (0, 0))
        if count > 1:
            self._down[key] = (count - 1, struck_ns)
        return count > 0

    def _release_all(self, channel: int) -> list[bytes]:
        keys = [key for key in self._down if key[0] == channel]
        return [
            bytes((NOTE_OFF | channel, pitch, 0))
            for _, pitch in keys
            for _ in range(self._down.pop((channel, pitch))[0])
        ]

    def _move(self, channel: int, data: bytes, *, is_open: bool) -> bool:
        """Note where a controller is; whether its message goes on."""
        kind = data[0] & 0xF0
        number = data[1] if kind == CONTROL_CHANGE else 0
        rest = PUT_BACK.get((kind, number))
        if rest is None:
            return is_open
        control = (channel, kind, number)
        if control == (channel, CONTROL_CHANGE, SUSTAIN) and channel in self._lifted:
            if data[2] >= PEDAL_DOWN:
                return False
            self._lifted.discard(channel)
        was_moved = control in self._moved
        is_pedal_up = kind == CONTROL_CHANGE and number in PEDALS and data[2] < PEDAL_DOWN
        if tuple(data[1:]) == rest or (is_pedal_up and not is_open):
            self._moved.pop(control, None)
            return is_open or was_moved
        if is_open:
            self._moved[control] = None
        return is_open

    def _put_back(self, channel: int) -> list[bytes]:
        moved = [control for control in self._moved if control[0] == channel]
        for control in moved:
            del self._moved[control]
        return [bytes((kind | channel, *PUT_BACK[kind, number])) for _, kind, number in moved]
