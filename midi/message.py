"""Status bytes of MIDI 1.0, and questions that a message's bytes answer. Core: no I/O."""

from midi.pedal import ALL_NOTES_OFF, ALL_SOUND_OFF, LAST_MODE_MESSAGE

NOTE_OFF = 0x80
NOTE_ON = 0x90
POLY_PRESSURE = 0xA0
CONTROL_CHANGE = 0xB0
PROGRAM_CHANGE = 0xC0
CHANNEL_PRESSURE = 0xD0
PITCH_BEND = 0xE0
SYSEX = 0xF0

_LENGTHS = {PROGRAM_CHANGE: 2, CHANNEL_PRESSURE: 2}
"""Bytes of a channel message, where they are not three."""


def is_channel_message(data: bytes) -> bool:
    """Whether these bytes are one whole channel message; a driver, or another program, may send anything."""
    return (
        bool(data)
        and NOTE_OFF <= data[0] < SYSEX
        and len(data) == _LENGTHS.get(data[0] & 0xF0, 3)
        and max(data[1:]) < 0x80
    )


def is_note_on(data: bytes) -> bool:
    """Whether a whole channel message strikes a key; a note-on with velocity 0 is a note-off."""
    return data[0] & 0xF0 == NOTE_ON and data[2] > 0


def is_note_off(data: bytes) -> bool:
    """Whether a whole channel message lets a key go, in either of the two ways to say it."""
    return data[0] & 0xF0 == NOTE_OFF or (data[0] & 0xF0 == NOTE_ON and data[2] == 0)


def ends_notes(data: bytes) -> bool:
    """Whether a whole channel message is a mode message that ends the notes of its channel (Channel Mode Messages)."""
    return data[0] & 0xF0 == CONTROL_CHANGE and (
        data[1] == ALL_SOUND_OFF or ALL_NOTES_OFF <= data[1] <= LAST_MODE_MESSAGE
    )
