"""The keys of a drum kit as a drummer's model knows them: thirteen of General MIDI's. Core: no I/O, no numpy."""

from dataclasses import replace

from midi.notes import Note
from midi.parts import Kind, kind_of_channel

KEYS = (36, 37, 38, 42, 43, 44, 46, 47, 49, 50, 51, 53, 57)
"""Kick; side stick, snare; closed, pedal and open hi-hat; floor, low and high tom; crash, ride, ride bell, crash 2."""
TOMS = frozenset({43, 47, 50})
STROKE_TICKS = 6
"""The length of every stroke, a sixteenth: a pad's note-off says nothing."""

PADS = {
    22: 42,  # closed hi-hat, edge
    26: 46,  # open hi-hat, edge
    40: 38,  # snare, rim
    48: 50,  # tom 1
    45: 47,  # tom 2
    58: 43,  # tom 3, rim
    55: 49,  # crash 1, edge
    52: 57,  # crash 2, edge
    59: 51,  # ride, edge
    35: 36,  # acoustic bass drum
    39: 38,  # hand clap
    41: 43,  # low floor tom
    56: 53,  # cowbell
}
"""Other keys of General MIDI, and a Roland TD-11's zones, each by the key of KEYS that it is played for."""


def stroke_of(note: Note) -> Note | None:
    """A note as a drummer's model takes it in; None: it is no drum, or of an instrument unknown to the model."""
    key = PADS.get(note.pitch, note.pitch)
    if kind_of_channel(note.channel) is not Kind.DRUMS or key not in KEYS:
        return None
    return replace(note, pitch=key, duration=STROKE_TICKS)
