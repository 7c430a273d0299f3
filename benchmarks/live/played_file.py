"""A MIDI file as it is played: its messages and their moments, each tempo from its own tick on; drums are left out."""

from collections.abc import Sequence
from pathlib import Path

from midi.chunks import TIMECODE_BPM, Division, split
from midi.events import Event, quarter_us
from midi.files import read_midi, songs_of
from midi.message import SYSEX
from midi.nanoseconds import NS_PER_US
from midi.notes import TICKS_PER_BEAT
from midi.songs import in_order

QUARTER_US = 60_000_000 // TIMECODE_BPM
"""A quarter note in microseconds where no tempo is said: 120 bpm (Standard MIDI Files 1.0), also of frames."""


def read_performance(path: Path) -> list[tuple[int, bytes]]:
    """The channel messages of a MIDI file, each with its moment in ns.

    Raises:
        InputError: as `read_midi`.
    """
    read_midi(path)  # refuses what holds nothing to play
    chunks = split(path.read_bytes())
    return _performed([[track.events for track in song] for song in songs_of(chunks)], chunks.division)


def _performed(songs: Sequence[Sequence[Sequence[Event]]], division: Division) -> list[tuple[int, bytes]]:
    """The channel messages of songs, each given by its tracks' events, with their moments in ns; drums are left out."""
    messages: list[tuple[int, bytes]] = []
    now_ns = 0
    for tracks in songs:
        since, since_ns, running_us = 0, now_ns, QUARTER_US
        for event, _, channel, is_drum in in_order(tracks):
            units_ns = (event.at - since) * running_us * NS_PER_US * division.ticks
            now_ns = since_ns + units_ns // (TICKS_PER_BEAT * division.units)
            if event.status < SYSEX and not is_drum:
                messages.append((now_ns, bytes((event.status & 0xF0 | channel & 0x0F,)) + event.data))
            elif not division.is_timecode and (tempo := quarter_us(event)):
                since, since_ns, running_us = event.at, now_ns, tempo
    return messages
