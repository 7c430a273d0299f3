"""Notes as they sounded, in ns: from the messages that a port was given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.live.timings import is_note_off, is_note_on
from midi.message import CONTROL_CHANGE
from realtime.timed import Timed

TOGETHER_NS = 25_000_000
"""Notes struck within this time of the first are one onset: what hands call together."""
SUSTAIN, HALF_DOWN = 64, 64
"""The sustain pedal's controller, and the value from which it is down (MIDI 1.0)."""


@dataclass(frozen=True, slots=True)
class Struck:
    """A note that sounded from `on_ns` to before `off_ns`."""

    on_ns: int
    off_ns: int
    pitch: int
    velocity: int

    @property
    def length_ns(self) -> int:
        """The time it sounded."""
        return self.off_ns - self.on_ns


def struck_notes(messages: Iterable[Timed], end_ns: int) -> list[Struck]:
    """The notes of messages in order of time, by onset; what still sounds at `end_ns` ends there.

    A key that comes up under the sustain pedal sounds until the pedal does; a key struck again ends its note before.
    """
    instrument = _Instrument()
    for message in messages:
        instrument.take(message)
    for key in list(instrument.sounding):
        instrument.end(key, end_ns)
    return sorted(instrument.notes, key=lambda note: (note.on_ns, note.pitch))


@dataclass(slots=True)
class _Instrument:
    """The notes that sound; a key is its channel and its pitch."""

    notes: list[Struck] = field(default_factory=list)
    sounding: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """Onset (ns) and velocity."""
    released: set[tuple[int, int]] = field(default_factory=set)
    """Keys that are up and sound by the pedal."""
    pedals: set[int] = field(default_factory=set)
    """Channels whose pedal is down."""

    def take(self, message: Timed) -> None:
        at_ns, data = message
        key = (data[0] & 0x0F, data[1] if len(data) > 1 else 0)
        if is_note_on(data):
            self.end(key, at_ns)
            self.sounding[key] = (at_ns, data[2])
        elif is_note_off(data):
            self._release(key, at_ns)
        elif data[0] & 0xF0 == CONTROL_CHANGE and data[1] == SUSTAIN:
            self._move_pedal(key[0], data[2], at_ns)

    def end(self, key: tuple[int, int], at_ns: int) -> None:
        self.released.discard(key)
        if key in self.sounding:
            on_ns, velocity = self.sounding.pop(key)
            self.notes.append(Struck(on_ns, max(at_ns, on_ns), key[1], velocity))

    def _release(self, key: tuple[int, int], at_ns: int) -> None:
        if key[0] in self.pedals and key in self.sounding:
            self.released.add(key)
        else:
            self.end(key, at_ns)

    def _move_pedal(self, channel: int, value: int, at_ns: int) -> None:
        if value >= HALF_DOWN:
            self.pedals.add(channel)
            return
        self.pedals.discard(channel)
        for key in [key for key in self.released if key[0] == channel]:
            self.end(key, at_ns)


def onsets_of(notes: Sequence[Struck]) -> list[int]:
    """The moment of each onset, of notes in order: a note within TOGETHER_NS of an onset's first belongs to it."""
    onsets: list[int] = []
    for note in notes:
        if not onsets or note.on_ns - onsets[-1] > TOGETHER_NS:
            onsets.append(note.on_ns)
    return onsets


def most_sounding(notes: Sequence[Struck]) -> int:
    """The most notes that sounded at one moment; a note that ends where another begins does not count beside it."""
    turns = sorted([(note.on_ns, 1) for note in notes] + [(note.off_ns, -1) for note in notes])
    sounding = most = 0
    for _, turn in turns:
        sounding += turn
        most = max(most, sounding)
    return most
