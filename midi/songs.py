"""A song, read from its tracks together: notes as they sound, tempi, bars. Pure; times in the file's units.

Tracks share channels, as they do when they are played: a pedal in one track holds the notes that another strikes on
its channel. Keys are a track's own: two tracks may hold one key at a time, and each ends its own note.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from midi.drums import BANK_SELECT, DrumChannels
from midi.events import END_OF_TRACK, META, PORT, TIME_SIGNATURE, Event, quarter_us
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, SYSEX
from midi.mpe import zone_channels
from midi.parts import CHANNELS
from midi.pedal import CONTROLLERS, PedalMove, SoundingNotes

MICROSECONDS_PER_MINUTE = 60_000_000


class Struck(NamedTuple):
    """A note: when it was struck and when it ended; its track, and its channel among those of all ports."""

    began: int
    pitch: int
    velocity: int
    track: int
    channel: int
    ended: int = 0
    is_drum: bool = False


@dataclass(slots=True)
class Song:
    """The notes of a song, by track, and what it says of time."""

    notes: list[Struck] = field(default_factory=list)
    tempi: list[tuple[int, float]] = field(default_factory=list)
    """(time, quarter notes a minute), in order of time."""
    signatures: list[tuple[int, int, int]] = field(default_factory=list)
    """(time, beats to the bar, their unit as a fraction of a whole note), in order of time."""
    pedals: list[PedalMove] = field(default_factory=list)
    """Moves of the sustain pedal, in order of time; channels among those of all ports."""
    drum_notes: int = 0
    """Count of the notes left out because they are drums."""


class Sent(NamedTuple):
    """An event with its track, and, of a channel message, its channel among those of all ports."""

    event: Event
    track: int
    channel: int
    is_drum: bool
    """Whether the channel plays drums by now."""


def in_order(tracks: Sequence[Sequence[Event]]) -> Iterator[Sent]:
    """The events of tracks that play together, in order of time; at one time, what chooses a sound comes first."""
    drums = DrumChannels()
    ports = [next((event.data[1] for event in track if _is_port(event)), 0) for track in tracks]
    zones = [zone_channels(track) for track in tracks]
    numbered = [(number, event) for number, track in enumerate(tracks) for event in track]
    for number, event in sorted(numbered, key=lambda item: (item[1].at, not _chooses_sound(item[1]))):
        channel = event.status & 0x0F
        channel = ports[number] * CHANNELS + zones[number].get(channel, channel)
        if _chooses_sound(event):
            drums.take(event, channel)
        yield Sent(event, number, channel, channel in drums)


def _is_port(event: Event) -> bool:
    return event.status == META and event.data[0] == PORT and len(event.data) > 1


def _chooses_sound(event: Event) -> bool:
    kind = event.status & 0xF0
    is_bank = kind == CONTROL_CHANGE and event.data[0] == BANK_SELECT
    return event.status == SYSEX or kind == PROGRAM_CHANGE or is_bank


def read_song(tracks: Sequence[Sequence[Event]], *, with_drums: bool = False) -> Song:
    """Read tracks that play together. Drums are left out, and counted, unless they are asked for."""
    reader = _Reader([SoundingNotes() for _ in tracks], with_drums)
    for sent in in_order(tracks):
        reader.take(sent)
    reader.song.notes.sort(key=lambda note: note.track)
    return reader.song


@dataclass(slots=True)
class _Reader:
    sounding: list[SoundingNotes[Struck]]
    """By track."""
    with_drums: bool
    song: Song = field(default_factory=Song)

    def take(self, sent: Sent) -> None:
        event, track, channel, _ = sent
        kind = event.status & 0xF0
        if kind == NOTE_ON and event.data[1]:
            self._press(sent)
        elif kind in (NOTE_ON, NOTE_OFF):
            self._end(self.sounding[track].release(channel, event.data[0]), event.at)
        elif kind == CONTROL_CHANGE and event.data[0] in CONTROLLERS:
            self._control(event, channel)
        elif event.status == META:
            self._meta(event, track)

    def _press(self, sent: Sent) -> None:
        (at, _, (pitch, velocity)), track, channel, is_drum = sent
        if is_drum and not self.with_drums:
            self.song.drum_notes += 1
        else:
            key = Struck(at, pitch, velocity, track, channel, is_drum=is_drum)
            self._end(self.sounding[track].press(channel, pitch, key), at)

    def _control(self, event: Event, channel: int) -> None:
        was_down = self.sounding[0].is_sustained(channel)
        for keys in self.sounding:
            self._end(keys.control(channel, *event.data), event.at)
        is_down = self.sounding[0].is_sustained(channel)
        if is_down != was_down:
            self.song.pedals.append(PedalMove(event.at, channel, is_down))

    def _meta(self, event: Event, track: int) -> None:
        """A meta event that is too short to say anything says nothing."""
        kind, content = event.data[0], event.data[1:]
        if tempo := quarter_us(event):
            self.song.tempi.append((event.at, MICROSECONDS_PER_MINUTE / tempo))
        elif kind == TIME_SIGNATURE and len(content) >= 4:
            self.song.signatures.append((event.at, content[0], 2 ** content[1]))
        elif kind == END_OF_TRACK:  # keys that were never let go end with their track
            self._end(self.sounding[track].end_all(), event.at)

    def _end(self, keys: list[Struck], at: int) -> None:
        self.song.notes += [key._replace(ended=at) for key in keys]
