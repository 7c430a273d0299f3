"""A Standard MIDI File's chunks: the header, and the bytes of each track, however the file is wrapped or damaged.

The one rule: what is there is read. Chunks of other kinds are skipped (SMF 1.0 demands it), the header's count of
tracks is not believed, and a chunk whose length does not lead to another chunk ends where the next track begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from midi.errors import InputError
from midi.notes import TICKS_PER_BEAT

HEADER = b"MThd"
TRACK = b"MTrk"
HEAD_LENGTH = 8
"""Bytes before a chunk's content: four of its kind, four of its length."""
HEADER_LENGTH = 6
TIMECODE_BPM = 120
"""A file that counts time in frames has no beats: it is read on a grid of this tempo."""
DROP_FRAME = 29
"""Stands in a file for 30 frames in 1.001 seconds (SMPTE 30 drop)."""


@dataclass(frozen=True, slots=True)
class Division:
    """The ratio of a file's time to ours: `units` of its own make `ticks` of ours."""

    ticks: int
    units: int
    is_timecode: bool = False

    def exact_ticks_at(self, units: float) -> float:
        """A file's time in ticks, not rounded."""
        return units * self.ticks / self.units

    def ticks_at(self, units: int) -> int:
        """A file's time, to the nearest tick."""
        return (2 * units * self.ticks + self.units) // (2 * self.units)


@dataclass(frozen=True, slots=True)
class TrackChunk:
    """A track's bytes; `is_cut`: the file ends before the track should."""

    data: bytes
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Chunks:
    """A file's format (0: one track, 1: tracks side by side, 2: songs one after the other), division and tracks."""

    format: int
    division: Division
    tracks: tuple[TrackChunk, ...]


def split(data: bytes) -> Chunks:
    """Split a file's bytes. The header may stand after other bytes: RIFF (.rmi) and MacBinary wrap it in their own.

    Raises:
        InputError: there is no header, or it gives no unit of time.
    """
    begin = data.find(HEADER)
    if begin < 0:
        raise InputError(f"not a MIDI file ({'it has no MIDI header' if data else 'it is empty'})")
    header = data[begin + HEAD_LENGTH : begin + HEAD_LENGTH + HEADER_LENGTH]
    if len(header) < HEADER_LENGTH:
        raise InputError("not a MIDI file (it ends in the middle of the header)")
    return Chunks(int.from_bytes(header[:2]), _division(header[4:]), tuple(_tracks(data, begin)))


def _division(word: bytes) -> Division:
    """Ticks to the quarter note; or, with the top bit set, frames a second (negative) and ticks to the frame."""
    frames = 256 - word[0]
    if word[0] < 128:
        division = Division(TICKS_PER_BEAT, int.from_bytes(word))
    elif frames == DROP_FRAME:
        division = Division(TICKS_PER_BEAT * TIMECODE_BPM * 1001, 60 * 30_000 * word[1], is_timecode=True)
    else:
        division = Division(TICKS_PER_BEAT * TIMECODE_BPM, 60 * frames * word[1], is_timecode=True)
    if not division.units:
        raise InputError("its header gives no unit of time (division 0); export it again")
    return division


def _tracks(data: bytes, begin: int) -> Iterator[TrackChunk]:
    position = _end(data, begin)
    while position + HEAD_LENGTH <= len(data):
        content, end = position + HEAD_LENGTH, _end(data, position)
        if data[position : position + len(TRACK)] == TRACK:
            yield TrackChunk(data[content:end], is_cut=content + _length(data, position) > len(data))
        position = end


def _length(data: bytes, chunk: int) -> int:
    return int.from_bytes(data[chunk + 4 : chunk + HEAD_LENGTH])


def _end(data: bytes, chunk: int) -> int:
    """Find a chunk's end: as its length says, if the file ends or a chunk's name stands there; else the next track."""
    end = chunk + HEAD_LENGTH + _length(data, chunk)
    name = data[end : end + 4]
    if end == len(data) or (len(name) == 4 and name.isascii() and name.decode("ascii").isprintable()):
        return end
    following = data.find(TRACK, chunk + HEAD_LENGTH)
    return len(data) if following < 0 else following
