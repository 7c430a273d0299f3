"""A track's events, from its bytes. What is malformed is left to whoever needs it; what cannot be told apart ends it.

Running status holds over SysEx and meta events: SMF 1.0 says that they end it, but old sequencers did not know.
"""

from typing import NamedTuple

from midi.message import CHANNEL_PRESSURE, NOTE_OFF, PROGRAM_CHANGE, SYSEX

SYSEX_CONTINUED = 0xF7
META = 0xFF
PORT, END_OF_TRACK, TEMPO, TIME_SIGNATURE = 0x21, 0x2F, 0x51, 0x58
"""Types of meta events."""
SYSTEM_LENGTHS = {0xF1: 1, 0xF2: 2, 0xF3: 1}
"""Data bytes of system messages, which have no business in a file; those that are not listed have none."""

LONGEST_QUANTITY = 8
"""Bytes of a number; four are allowed, some writers pad them, and more are no number."""


class Event(NamedTuple):
    """An event, in the file's units since the track began.

    `data`: a channel message's data bytes (0 to 127), a SysEx's content, or a meta event's type and content.
    """

    at: int
    status: int
    data: bytes


class Track(NamedTuple):
    """A track's events, the last of them its end. `is_whole`: it was read to its end, none of it was lost."""

    events: list[Event]
    is_whole: bool


def quarter_us(event: Event) -> int | None:
    """A tempo event's microseconds to the quarter note; None of another event, and of one that says nothing."""
    if event.status != META or event.data[0] != TEMPO or len(event.data) < 4:
        return None
    return int.from_bytes(event.data[1:4]) or None


def read_track(data: bytes, *, is_cut: bool = False) -> Track:
    """Read events up to the end of the track, the end of the bytes, or the first that cannot be understood.

    `is_cut`: bytes are missing after these, so that a track without an end has lost some of its events.
    """
    events: list[Event] = []
    position = now = running = 0
    is_whole = True
    try:
        while position < len(data):
            delta, position = _quantity(data, position)
            status = data[position]
            if status < NOTE_OFF:
                status = running
            else:
                position += 1
            content, position = _content(data, position, status)
            now += delta
            if status < SYSEX:
                running = status
            events.append(Event(now, status, content))
            if status == META and content[0] == END_OF_TRACK:
                return Track(events, is_whole)
    except IndexError:  # the bytes end within an event, or make no sense
        is_whole = False
    events.append(Event(now, META, bytes((END_OF_TRACK,))))
    return Track(events, is_whole and not is_cut)


def _content(data: bytes, position: int, status: int) -> tuple[bytes, int]:
    """An event's data and the position after it."""
    if status < NOTE_OFF:
        raise IndexError("a data byte where no status runs")
    if status < SYSEX:
        return _channel_data(data, position, 1 if PROGRAM_CHANGE <= status < CHANNEL_PRESSURE + 16 else 2)
    if status == META:
        kind = data[position]
        if kind == END_OF_TRACK:  # its length of 0 is missing in some files
            return bytes((kind,)), position
        content, position = _counted(data, position + 1)
        return bytes((kind,)) + content, position
    if status in (SYSEX, SYSEX_CONTINUED):
        return _counted(data, position)
    return _taken(data, position, SYSTEM_LENGTHS.get(status, 0))


def _channel_data(data: bytes, position: int, count: int) -> tuple[bytes, int]:
    """Data bytes; one above 127 is out of range, and counts as 127."""
    content, position = _taken(data, position, count)
    if not content.isascii():
        content = bytes(min(byte, 127) for byte in content)
    return content, position


def _counted(data: bytes, position: int) -> tuple[bytes, int]:
    count, position = _quantity(data, position)
    return _taken(data, position, count)


def _taken(data: bytes, position: int, count: int) -> tuple[bytes, int]:
    if position + count > len(data):
        raise IndexError("the bytes end within an event")
    return data[position : position + count], position + count


def _quantity(data: bytes, position: int) -> tuple[int, int]:
    """A number of variable length (seven bits a byte, the last below 128), and the position after it."""
    number = 0
    for index in range(position, position + LONGEST_QUANTITY):
        byte = data[index]
        number = number << 7 | byte & 0x7F
        if byte < 128:
            return number, index + 1
    raise IndexError("a number without end")
