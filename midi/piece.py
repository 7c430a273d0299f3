"""A piece of music as a MIDI file holds it, its songs one after the other. Pure: `midi.files` reads and writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from midi.chunks import TIMECODE_BPM, Division
from midi.meter import UNKNOWN_METER, Bar, merged, meter_of
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT, Note
from midi.parts import CHANNELS, Kind, kind_of_channel
from midi.pedal import PedalMove
from midi.songs import Song
from midi.tempo import DEFAULT_BPM, TempoChange


class Span(NamedTuple):
    """A note as it was played, before it was put on ticks: when it began and ended, in ticks not rounded."""

    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A file's notes in canonical order, and its first tempo in quarter notes a minute (None: unsaid).

    `bars`: none before its first time signature, since the 4/4 that MIDI then assumes is seldom meant. `parts`: for
    each note the number of its track and channel, counted in the order of tracks, then channels, that hold notes.
    `spans`: each note as it was played. `pedals`: every move of a sustain pedal, `at` in ticks not rounded.
    `tempi`: every change of tempo; before the first, files play at 120. `remarks`: what a musician should know of how
    it was read, each a line.
    """

    notes: tuple[Note, ...]
    bpm: float | None = None
    bars: tuple[Bar, ...] = ()
    parts: tuple[int, ...] = ()
    tempi: tuple[TempoChange, ...] = ()
    remarks: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    pedals: tuple[PedalMove, ...] = ()


class Control(NamedTuple):
    """A controller message to write. `at` in ticks, `channel` 0 to 15, `number` and `value` 0 to 127."""

    at: int
    channel: int
    number: int
    value: int


@dataclass(frozen=True, slots=True)
class Music:
    """Notes and, beside each, its track and channel, and its span; tempi in order of time, one a tick at most; bars."""

    notes: Sequence[Note]
    origins: Sequence[tuple[int, int]]
    spans: Sequence[Span] = ()
    pedals: Sequence[PedalMove] = ()
    tempi: tuple[TempoChange, ...] = ()
    bars: tuple[Bar, ...] = ()


def joined(songs: Sequence[Song], division: Division) -> Music:
    """Songs as one music; each begins on the first beat that is free, with the tempo and the bars of its own."""
    notes: list[Note] = []
    origins: list[tuple[int, int]] = []
    spans: list[Span] = []
    pedals: list[PedalMove] = []
    tempi: list[TempoChange] = []
    bars: list[Bar] = []
    begin = 0
    for number, song in enumerate(songs):
        placed = _notes(song, division, begin)
        if not placed:
            continue
        notes += placed
        origins += [(number + note.track, note.channel) for note in song.notes]
        spans += [
            Span(*(begin + division.exact_ticks_at(at) for at in (note.began, note.ended))) for note in song.notes
        ]
        pedals += [move._replace(at=begin + division.exact_ticks_at(move.at)) for move in _moves(song)]
        tempi += _tempi(song, division, begin)
        bars += _bars(song, division, begin)
        begin = -(-max(note.end for note in placed) // TICKS_PER_BEAT) * TICKS_PER_BEAT
    return Music(notes, origins, spans, pedals, _in_force(tempi), merged(bars))


def _notes(song: Song, division: Division, begin: int) -> list[Note]:
    """A song's notes: drums on channel 10, others on the channels of `_channels`."""
    channels = _channels(song)
    notes = []
    for struck in song.notes:
        onset, end = division.ticks_at(struck.began), division.ticks_at(struck.ended)
        channel = DRUM_CHANNEL if struck.is_drum else channels[struck.channel]
        notes.append(Note(begin + onset, max(1, end - onset), struck.pitch, struck.velocity, channel))
    return notes


def _channels(song: Song) -> dict[int, int]:
    """The channel, 0 to 15, of those of all ports that play notes.

    A part on channel 10 that is no drum kit gets a free one, since a note there means a drum.
    """
    playing = {struck.channel for struck in song.notes}
    used = {channel % CHANNELS for channel in playing}
    free = next((channel for channel in range(CHANNELS) if channel not in used), 0)
    return {each: free if kind_of_channel(each % CHANNELS) is Kind.DRUMS else each % CHANNELS for each in playing}


def _moves(song: Song) -> list[PedalMove]:
    """The pedals of channels that play notes, on the channels of those notes."""
    channels = _channels(song)
    return [move._replace(channel=channels[move.channel]) for move in song.pedals if move.channel in channels]


def _tempi(song: Song, division: Division, begin: int) -> list[TempoChange]:
    """A song's tempi; where a file counts frames, a beat is none of its own, and they say nothing."""
    if division.is_timecode:
        return [TempoChange(begin, float(TIMECODE_BPM))]
    unsaid = [TempoChange(begin, DEFAULT_BPM)] if begin else []
    return [*unsaid, *(TempoChange(begin + division.ticks_at(at), bpm) for at, bpm in song.tempi)]


def _bars(song: Song, division: Division, begin: int) -> list[Bar]:
    """A bar begins at every time signature (Standard MIDI Files 1.0, FF 58)."""
    unsaid = [Bar(begin, 0, UNKNOWN_METER)]
    if division.is_timecode:
        return unsaid
    signatures = [(begin + division.ticks_at(at), meter_of(beats, unit)) for at, beats, unit in song.signatures]
    return [*unsaid, *(Bar(tick, 0, meter) for tick, meter in signatures)]


def _in_force(tempi: Sequence[TempoChange]) -> tuple[TempoChange, ...]:
    """Tempi without those that another at the same tick replaces at once."""
    return tuple({change.tick: change for change in tempi}.values())
