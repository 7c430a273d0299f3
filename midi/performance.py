"""A file's messages at the moments at which they are played: a tempo holds from its own tick on. Pure."""

from collections.abc import Sequence

from midi.chunks import TIMECODE_BPM, Division
from midi.events import Event, quarter_us
from midi.message import SYSEX
from midi.nanoseconds import NS_PER_US
from midi.notes import TICKS_PER_BEAT
from midi.songs import in_order

QUARTER_US = 60_000_000 // TIMECODE_BPM
"""A quarter note in microseconds where no tempo is said: 120 bpm (Standard MIDI Files 1.0), also of frames."""


def performed(songs: Sequence[Sequence[Sequence[Event]]], division: Division) -> list[tuple[int, bytes]]:
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
