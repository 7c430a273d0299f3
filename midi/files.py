"""Standard MIDI Files to notes and back. Keeps velocity, channel and timing (to the tick).

Reading is our own (midi/chunks.py, midi/events.py): files in the wild break the format in ways that make libraries give
up, and to mend their bytes means to read them first. Writing is mido's.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import mido

from midi.atomic_file import replacing
from midi.chunks import TIMECODE_BPM, Chunks, split
from midi.errors import InputError
from midi.events import Track, read_track
from midi.notes import DEFAULT_VELOCITY, TICKS_PER_BEAT, Note, canonical
from midi.piece import Control, Music, Piece, Span, joined
from midi.rests import LONGEST_REST_BEATS, Cuts
from midi.songs import Song, read_song

SUFFIXES = (".mid", ".midi", ".kar", ".rmi")
SONGS = 2
"""The format of a file whose tracks are songs of their own."""
WRITTEN_TICKS_PER_BEAT = 480
LONGEST_DELTA = 0x0FFFFFFF
"""The longest wait that a MIDI file can say: 78 hours at 120 bpm. Longer ones are shortened to it."""


def read_midi(path: Path, *, with_drums: bool = False) -> Piece:
    """Read the pitched notes of a MIDI file, as long as they sound (pedals are heard); all tracks are one stream.

    Drums are left out, or else on channel 10. Songs of a type 2 file follow one another, each from a beat. Rests of
    hours are shortened. Of a damaged file, what can be read is read, and a remark says so.

    Raises:
        InputError: the file cannot be read, is not a MIDI file, or holds no notes.
    """
    try:
        return _piece(split(path.read_bytes()), with_drums=with_drums)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def songs_of(chunks: Chunks) -> list[list[Track]]:
    """The tracks of each song: all of them are one, but in a file of songs."""
    tracks = [read_track(chunk.data, is_cut=chunk.is_cut) for chunk in chunks.tracks]
    return [[track] for track in tracks] if chunks.format == SONGS else [tracks]


def _piece(chunks: Chunks, *, with_drums: bool) -> Piece:
    tracks = songs_of(chunks)
    damage = _damage(chunks, [track for song in tracks for track in song])
    songs = [read_song([track.events for track in song], with_drums=with_drums) for song in tracks]
    music = joined(songs, chunks.division)
    if not music.notes:
        raise InputError(_without_notes(songs, damage))
    remarks = [f"{damage}: the notes before that were read"] if damage else []
    if chunks.division.is_timecode:
        remarks.append(f"it counts time in film frames, not in beats: it is read as if at {TIMECODE_BPM} bpm")
    cuts = Cuts.of(music.notes)
    if cuts:
        remarks.append(f"where nothing begins for more than {LONGEST_REST_BEATS} beats, the wait was shortened to that")
        music = _cut(music, cuts)
    notes = tuple(canonical(music.notes))
    bpm = music.tempi[0].bpm if music.tempi else None
    parts, spans = _beside(notes, music)
    return Piece(notes, bpm, music.bars, parts, music.tempi, tuple(remarks), spans, tuple(music.pedals))


def _cut(music: Music, cuts: Cuts) -> Music:
    spans = [Span(cuts.moved(began), cuts.moved(ended)) for began, ended in music.spans]
    pedals = [move._replace(at=cuts.moved(move.at)) for move in music.pedals]
    return Music(cuts.notes(music.notes), music.origins, spans, pedals, cuts.tempi(music.tempi), cuts.bars(music.bars))


def _beside(notes: Sequence[Note], music: Music) -> tuple[tuple[int, ...], tuple[Span, ...]]:
    """The number of each note's track and channel, and its span.

    Equal notes of two are the first one's, as in `canonical`.
    """
    numbers = {origin: number for number, origin in enumerate(sorted(set(music.origins)))}
    beside: dict[Note, tuple[int, Span]] = {}
    for note, origin, span in zip(music.notes, music.origins, music.spans, strict=True):
        beside.setdefault(note, (numbers[origin], span))
    return tuple(beside[note][0] for note in notes), tuple(beside[note][1] for note in notes)


def _damage(chunks: Chunks, tracks: Sequence[Track]) -> str:
    """Describe the damage of a file that could not all be read; an empty string if there is none."""
    damaged = [number for number, track in enumerate(tracks) if not track.is_whole]
    if any(chunks.tracks[number].is_cut for number in damaged):
        return "it ends in the middle of a track"
    return "a track is damaged" if damaged else ""


def _without_notes(songs: Sequence[Song], damage: str) -> str:
    if any(song.drum_notes for song in songs):
        return "it holds only drums, and pitched notes are needed"
    return f"no notes in it ({damage})" if damage else "no notes in it"


def write_midi(
    path: Path,
    tracks: Sequence[tuple[str, Sequence[Note]]],
    bpm: float,
    resolution: int = TICKS_PER_BEAT,
    text: str = "",
    controls: Mapping[str, Sequence[Control]] | None = None,
    programs: Mapping[str, int] | None = None,
) -> None:
    """Write named tracks of notes as a type 1 file, whole or not at all (written beside it, then renamed).

    `resolution`: the notes' ticks to the quarter note, a divisor of 480. Notes without velocity get 80; notes still
    down are written as one beat long. `text`: a remark for people, a text event at the beginning (FF 01).
    `controls`: controller messages of some of the tracks, by their name, in ticks as the notes. `programs`: the sound
    of some of them (General MIDI, from 0).

    Raises:
        InputError: the file cannot be written there.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=WRITTEN_TICKS_PER_BEAT, charset="utf-8")
    conductor = mido.MidiTrack()
    if text:
        conductor.append(mido.MetaMessage("text", text=text))
    conductor.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    file.tracks.append(conductor)
    for name, notes in tracks:
        track = _track_of(name, notes, (controls or {}).get(name, ()), resolution)
        if notes and name in (programs or {}):
            track.insert(1, mido.Message("program_change", program=(programs or {})[name], channel=notes[0].channel))
        file.tracks.append(track)
    with replacing(path) as partial:
        file.save(partial)


def _track_of(name: str, notes: Sequence[Note], controls: Sequence[Control], resolution: int) -> mido.MidiTrack:
    scale = WRITTEN_TICKS_PER_BEAT // resolution
    events: list[tuple[int, int, mido.Message]] = []
    for note in notes:
        velocity = note.velocity or DEFAULT_VELOCITY
        length = resolution if note.duration is None else note.duration
        on = mido.Message("note_on", note=note.pitch, velocity=velocity, channel=note.channel)
        off = mido.Message("note_off", note=note.pitch, velocity=0, channel=note.channel)
        events.append((note.onset * scale, 2, on))
        events.append(((note.onset + length) * scale, 0, off))
    for at, channel, number, value in controls:
        message = mido.Message("control_change", control=number, value=value, channel=channel)
        events.append((at * scale, 1, message))
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=name))
    now = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):  # at one tick, note-offs come first, then pedals
        track.append(message.copy(time=min(at - now, LONGEST_DELTA)))
        now = at
    return track
