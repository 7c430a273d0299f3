"""MIDI messages with their times: a piece as a human would play it."""

from collections.abc import Iterable
from typing import NamedTuple

from midi.message import NOTE_OFF, NOTE_ON
from midi.notes import DEFAULT_VELOCITY, Note
from midi.tempo import Tempo


class Timed(NamedTuple):
    """A MIDI message and its moment in ns."""

    at_ns: int
    data: bytes


def performed(notes: Iterable[Note], tempo: Tempo) -> list[Timed]:
    """The note messages of a piece in order of time, its first note at the tempo's anchor; note-offs first."""
    notes = list(notes)
    begin = min((note.onset for note in notes), default=0)
    messages: list[Timed] = []
    for note in notes:
        on_ns, off_ns = tempo.ns_at(note.onset - begin), tempo.ns_at(note.end - begin)
        velocity = note.velocity or DEFAULT_VELOCITY
        messages.append(Timed(on_ns, bytes((NOTE_ON | note.channel, note.pitch, velocity))))
        messages.append(Timed(off_ns, bytes((NOTE_OFF | note.channel, note.pitch, 0))))
    return sorted(messages, key=lambda timed: (timed.at_ns, timed.data[0] & 0xF0))
