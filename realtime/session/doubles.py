"""One note of keys that are struck twice at a time: keyboards layered on several channels, loops, two cables. Pure.

Its one rule: a note ends when the first of its doubles comes up. The others say the same again, a little later.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from midi.message import NOTE_OFF, NOTE_ON
from midi.nanoseconds import NS_PER_MS

DOUBLE_NS = 18 * NS_PER_MS
"""The same pitch within this time is one note: 15 ms, and a JACK period by which the second may come later. No hand
strikes a key again so soon: the fastest trills are 50 ms apart."""


class Source(NamedTuple):
    """A key as it comes in: the port of its input, its channel from 0, and its pitch."""

    port: str
    channel: int
    pitch: int


@dataclass(slots=True)
class _Note:
    """A note, the channel that it is heard on, and how often each key of its doubles is down."""

    pitch: int
    channel: int
    struck_ns: int
    down: Counter[Source] = field(default_factory=Counter)

    @property
    def off(self) -> bytes:
        return bytes((NOTE_OFF | self.channel, self.pitch, 0))


@dataclass(slots=True)
class Doubles:
    """The keys of one musician. Every call returns the note messages that count as played."""

    _latest: dict[int, _Note] = field(default_factory=dict)
    """By pitch."""
    _of: dict[Source, _Note] = field(default_factory=dict)
    """The note of each key that is down."""
    _sounding: dict[tuple[int, int], _Note] = field(default_factory=dict)
    """By the channel and pitch that they are heard on."""

    def strike(self, source: Source, channel: int, velocity: int, at_ns: int) -> list[bytes]:
        """Take a note-on, heard on a channel; nothing if it doubles another. A key struck again ends its note."""
        pitch = source.pitch
        note = self._latest.get(pitch)
        if note is not None and 0 <= at_ns - note.struck_ns <= DOUBLE_NS:
            ended = [] if self._of.get(source) is note else self._forget(source)
            self._join(note, source)
            return ended
        ended = self._forget(source)
        same_key = self._sounding.pop((channel, pitch), None)
        note = self._latest[pitch] = self._sounding[channel, pitch] = _Note(pitch, channel, at_ns)
        self._join(note, source)
        return [*ended, *([same_key.off] if same_key else []), bytes((NOTE_ON | channel, pitch, velocity))]

    def release(self, source: Source) -> list[bytes]:
        """Take a note-off: the first of a note's doubles to come up ends it; nothing if the key was not down."""
        note = self._of.get(source)
        if note is None:
            return []
        note.down[source] -= 1
        if not note.down[source]:
            del note.down[source], self._of[source]
        return self._end(note)

    def release_all(self, is_meant: Callable[[Source], bool]) -> list[bytes]:
        """Let all keys go that are meant."""
        return [off for source in self.down if is_meant(source) for off in self._forget(source)]

    @property
    def down(self) -> list[Source]:
        """The keys that are down, in the order in which they were struck."""
        return list(self._of)

    def count(self, source: Source) -> int:
        """The number of times that a key is down."""
        note = self._of.get(source)
        return 0 if note is None else note.down[source]

    def _join(self, note: _Note, source: Source) -> None:
        note.down[source] += 1
        self._of[source] = note

    def _forget(self, source: Source) -> list[bytes]:
        """Take a key's part in its note away, however often it is down."""
        note = self._of.pop(source, None)
        if note is None:
            return []
        del note.down[source]
        return [] if note.down else self._end(note)

    def _end(self, note: _Note) -> list[bytes]:
        if self._sounding.get((note.channel, note.pitch)) is not note:
            return []
        del self._sounding[note.channel, note.pitch]
        return [note.off]
