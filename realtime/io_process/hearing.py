"""What counts as the human's playing, of all that comes in. Between the ports and the desks; pure: times are arguments.

Its one rule: what comes in ends what it says and nothing else; a message of a channel is about that channel's keys.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from midi.arrivals import Arrived
from midi.pedal import ALL_SOUND_OFF
from realtime.io_process.doubles import Doubles, Source
from realtime.io_process.seating import Seating
from realtime.messages import Played, ends_notes
from realtime.sync.clock import CLOCK, CONTINUE, SONG_POSITION, START, STOP

SYSTEM_STATUSES = (SONG_POSITION, CLOCK, START, CONTINUE, STOP)
"""Of what says how time runs (MIDI 1.0)."""


class Human(NamedTuple):
    """A musician did something.

    `voice`: whose it is. `data`: the message as it came, for what goes through; `played`: what it is to the engine.
    """

    voice: int
    at_ns: int
    data: bytes
    played: tuple[bytes, ...]


@dataclass(slots=True)
class Hearing:
    """Hears the inputs of a performance."""

    seating: Seating = field(default_factory=Seating)
    clock_place: int = 0
    """The input whose clock and transport count: the same clock may come to every port."""
    _keys: list[Doubles] = field(init=False)
    """Of each musician."""

    def __post_init__(self) -> None:
        self._keys = [Doubles() for _ in range(self.seating.voices)]

    def take(self, place: int, message: Arrived) -> Iterator[Human]:
        """What a channel message is that came to an input; nothing if it does not count."""
        at_ns, data = message
        channel = data[0] & 0x0F
        voice = self.seating.voice(place, channel)
        if voice is not None:
            yield Human(voice, at_ns, data, tuple(self._played(voice, place, message)))

    def _played(self, voice: int, place: int, message: Arrived) -> Iterable[bytes]:
        at_ns, data = message
        keys, channel = self._keys[voice], data[0] & 0x0F
        played = Played(at_ns, data[0], data[1], data[2] if len(data) > 2 else 0)
        if played.is_note_on:
            return keys.strike(Source(place, channel, data[1]), channel, data[2], at_ns)
        if played.is_note_off:
            return keys.release(Source(place, channel, data[1]))
        if ends_notes(data):
            ended = keys.release_all(lambda source: (source.place, source.channel) == (place, channel))
            return [*ended, data] if data[1] == ALL_SOUND_OFF else ended
        return [data]

    def is_time(self, place: int, data: bytes) -> bool:
        """Whether a message says how time runs, and counts."""
        return place == self.clock_place and data[:1] != b"" and data[0] in SYSTEM_STATUSES
