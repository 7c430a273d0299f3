"""The human's playing, sorted out of all that comes in. Between the ports and the parts; pure: times are arguments.

Its one rule: what comes in ends what it says and nothing else; a message of a channel is about that channel's keys.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from midi.arrivals import Arrived
from midi.message import CONTROL_CHANGE, NOTE_OFF, ends_notes, is_note_off, is_note_on
from midi.parts import Kind, channels_of, kind_of_channel
from midi.pedal import ALL_SOUND_OFF, RESET_ALL_CONTROLLERS
from realtime.roles import role_of
from realtime.session.controls import Controls
from realtime.session.doubles import Doubles, Source
from realtime.session.echo import Echo
from realtime.session.inputs import ActiveSensing, Inputs
from realtime.session.journal import Human
from realtime.session.routing import Routing
from realtime.session.transport.clock import CLOCK, CONTINUE, SONG_POSITION, START, STOP
from realtime.session.zones import Zones

SYSTEM_STATUSES = (SONG_POSITION, CLOCK, START, CONTINUE, STOP)
"""Statuses of the messages that say how time runs (MIDI 1.0)."""
DRUMS_LINE = "channel 10 is for drums and is not heard"
ALL_LINE = f"{DRUMS_LINE}; hear 1-16, typed, counts it in"
ECHO_LINE = (
    "its own notes come back: its output is connected to its input, or the synth sends on what it is sent;"
    " they are not heard"
)
ZONE_LINE = "an MPE keyboard: all its channels are heard as one"
SILENT_LINE = "an input has fallen silent (active sensing): the keys that were down there are up"


@dataclass(slots=True)
class Hearing:
    """Hears the inputs of a performance."""

    controls: Controls
    routing: Routing
    inputs: Inputs
    echo: Echo
    _keys: list[Doubles] = field(init=False)
    """The keys of each musician."""
    _zones: Zones = field(init=False)
    _sensing: ActiveSensing = field(default_factory=ActiveSensing)
    _used: set[tuple[str, int]] = field(default_factory=set)
    """(port, channel) of what was heard."""
    _told: set[str] = field(default_factory=set)
    _lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._keys = [Doubles() for _ in range(self.routing.voices)]
        self._zones = Zones(may_guess=not self.routing.is_by_channel)

    def lines(self) -> list[str]:
        """Take the lines that a person should read; each comes once."""
        lines, self._lines = self._lines, []
        return lines

    def is_time(self, port: str, data: bytes) -> bool:
        """Whether a message says how time runs, and counts."""
        return self.inputs.gives_time(port) and len(data) > 0 and data[0] in SYSTEM_STATUSES

    def sense(self, port: str, message: Arrived) -> None:
        """Anything came to an input, be it only active sensing."""
        self._sensing.take(port, message.data, message.at_ns)

    def voice(self, port: str, channel: int) -> int | None:
        """The voice whose musician plays on a channel of an input; None: nothing there counts."""
        if not self.inputs.is_played(port):
            return None
        channel = self._zones.channel(port, channel)
        return self.routing.voice(self.inputs.number(port), channel) if self._counts(channel) else None

    def take(self, port: str, message: Arrived) -> Iterator[Human]:
        """Yield what a channel message that came to an input counts as; nothing if it does not count."""
        if not self.inputs.is_played(port):
            return
        if self.echo.is_own(port, message.data, message.at_ns):
            if self.echo.is_sure:
                self._tell(ECHO_LINE)
            return
        yield from self._heard(port, message)

    def advance(self, now_ns: int) -> Iterator[Human]:
        """Notice inputs that have fallen silent: their keys and pedals come up."""
        for port in self._sensing.fallen_silent(now_ns):
            down = [source for keys in self._keys for source in keys.down if source.port == port]
            if down:
                self._tell(SILENT_LINE)
            channels = sorted(channel for of, channel in self._used if of == port)
            for source in down:
                for _ in range(self._count(source)):
                    yield from self._heard(port, Arrived(now_ns, bytes((NOTE_OFF | source.channel, source.pitch, 0))))
            for channel in channels:
                reset = bytes((CONTROL_CHANGE | channel, RESET_ALL_CONTROLLERS, 0))
                yield from self._heard(port, Arrived(now_ns, reset))

    def _count(self, source: Source) -> int:
        return max(keys.count(source) for keys in self._keys)

    def _heard(self, port: str, message: Arrived) -> Iterator[Human]:
        at_ns, data = message
        self._zones.take(port, data, at_ns)
        if self._zones.is_zone(port):
            self._tell(ZONE_LINE)
        channel = self._zones.channel(port, data[0] & 0x0F)
        voice = self.routing.voice(self.inputs.number(port), channel)
        if voice is None or not (self._counts(channel) or is_note_off(data)):
            if is_note_on(data) and self._channels is None and kind_of_channel(channel) is Kind.DRUMS:
                self._tell(DRUMS_LINE if self.routing.is_by_channel else ALL_LINE)
            return
        self._used.add((port, data[0] & 0x0F))
        for one in self._meant(port, data):
            yield Human(voice, at_ns, one, tuple(self._played(voice, channel, port, Arrived(at_ns, one))))

    @property
    def _channels(self) -> str | None:
        """The channels that count, as text; None: those that the role hears."""
        return self.controls.settings[0].hear

    def _counts(self, channel: int) -> bool:
        if self._channels is None:
            return any(channel in role_of(settings).hears for settings in self.controls.settings)
        return channel in channels_of(self._channels)

    def _meant(self, port: str, data: bytes) -> list[bytes]:
        """A message for each channel that it is about: what ends notes on a zone's master is about all its channels."""
        if not ends_notes(data):
            return [data]
        members = self._zones.members(port, data[0] & 0x0F)
        return [bytes((data[0] & 0xF0 | member, *data[1:])) for member in members]

    def _played(self, voice: int, channel: int, port: str, message: Arrived) -> Iterable[bytes]:
        """The messages that count as played on a channel."""
        at_ns, data = message
        keys, own = self._keys[voice], data[0] & 0x0F
        if is_note_on(data):
            return keys.strike(Source(port, own, data[1]), channel, data[2], at_ns)
        if is_note_off(data):
            return keys.release(Source(port, own, data[1]))
        if ends_notes(data):
            ended = keys.release_all(lambda source: (source.port, source.channel) == (port, own))
            return [*ended, _moved(data, channel)] if data[1] == ALL_SOUND_OFF else ended
        return [_moved(data, channel)]

    def _tell(self, line: str) -> None:
        if line not in self._told:
            self._told.add(line)
            self._lines.append(line)


def _moved(data: bytes, channel: int) -> bytes:
    """A message on another channel."""
    return bytes((data[0] & 0xF0 | channel, *data[1:]))
