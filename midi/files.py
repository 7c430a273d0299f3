"""Standard MIDI Files to notes and back, by mido. Keeps velocity, channel and timing (to the tick)."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import mido

from midi.errors import InputError
from midi.meter import Bar, merged, meter_of
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT, Note, canonical

DEFAULT_BPM = 120.0
SUFFIXES = (".mid", ".midi")
WRITTEN_TICKS_PER_BEAT = 480
LONGEST_DELTA = 0x0FFFFFFF
"""The longest wait that a MIDI file can say: 78 hours at 120 bpm. Longer ones are shortened to it."""
DEFAULT_VELOCITY = 80


@dataclass(frozen=True, slots=True)
class Piece:
    """What a file says: its notes in canonical order, and its first tempo in quarter notes a minute (None: unsaid).

    `bars`: none before its first time signature, since the 4/4 that MIDI then assumes is seldom meant. `parts`: for
    each note the number of its track and channel, counted in the order of tracks, then channels, that hold notes.
    """

    notes: tuple[Note, ...]
    bpm: float | None = None
    bars: tuple[Bar, ...] = ()
    parts: tuple[int, ...] = ()


def read_midi(path: Path) -> Piece:
    """Read the pitched notes of a MIDI file (percussion is left out); all tracks are one stream.

    Raises:
        InputError: the file cannot be read, is not a MIDI file, is damaged, or holds no notes.
    """
    try:
        file = mido.MidiFile(path, clip=True)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except Exception as error:  # mido lets struct, EOF, key, index and value errors through for damaged files
        raise InputError(f"{path}: not a readable MIDI file ({_reason(error)})") from None
    if file.ticks_per_beat <= 0:
        raise InputError(f"{path}: time code (SMPTE) division is not supported; export it with ticks per quarter note")
    struck: list[tuple[Note, tuple[int, int]]] = []
    for number, track in enumerate(file.tracks):
        struck += [(note, (number, note.channel)) for note in _notes_of(track, file.ticks_per_beat)]
    if not struck:
        raise InputError(f"{path}: no notes in it")
    notes = tuple(canonical(note for note, _ in struck))
    return Piece(notes, _first_bpm(file), _bars(file), _parts(notes, struck))


def _parts(notes: Sequence[Note], struck: Sequence[tuple[Note, tuple[int, int]]]) -> tuple[int, ...]:
    """The number of each note's track and channel; equal notes of two are the first one's, as in `canonical`."""
    numbers = {origin: number for number, origin in enumerate(sorted({origin for _, origin in struck}))}
    origins: dict[Note, tuple[int, int]] = {}
    for note, origin in struck:
        origins.setdefault(note, origin)
    return tuple(numbers[origins[note]] for note in notes)


def _bars(file: mido.MidiFile) -> tuple[Bar, ...]:
    """A bar begins at every time signature (Standard MIDI Files 1.0, FF 58)."""
    bars: list[Bar] = []
    for track in file.tracks:
        now = 0
        for message in track:
            now += message.time
            if message.type == "time_signature":
                bars.append(Bar(_ticks(now, file.ticks_per_beat), 0, meter_of(message.numerator, message.denominator)))
    return merged(sorted(bars, key=lambda bar: bar.tick))


def _reason(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it ends in the middle of a track, or is no MIDI file at all"
    return str(error) or type(error).__name__


def _first_bpm(file: mido.MidiFile) -> float | None:
    for track in file.tracks:
        for message in track:
            if message.type == "set_tempo" and message.tempo > 0:
                return float(mido.tempo2bpm(message.tempo))
    return None


def _ticks(units: int, division: int) -> int:
    """A file's time, `division` units to the quarter note, to the nearest tick."""
    return (2 * units * TICKS_PER_BEAT + division) // (2 * division)


def _notes_of(track: mido.MidiTrack, division: int) -> list[Note]:
    """A track's notes; a note-off ends the oldest note down on its key, a key never released ends with the track."""
    notes: list[Note] = []
    down: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    now = 0

    def close(channel: int, pitch: int) -> None:
        began, velocity = down[channel, pitch].pop(0)
        onset = _ticks(began, division)
        notes.append(Note(onset, max(1, _ticks(now, division) - onset), pitch, velocity, channel))

    for message in track:
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == DRUM_CHANNEL:
            continue
        key = (message.channel, message.note)
        if message.type == "note_on" and message.velocity > 0:
            down[key].append((now, message.velocity))
        elif down[key]:
            close(*key)
    for (channel, pitch), began in down.items():
        for _ in list(began):
            close(channel, pitch)
    return notes


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to, which becomes `path` when all went well and is removed when not: never half a file.

    Raises:
        InputError: it cannot be written there.
    """
    partial = path.with_name(f".antiphon-{os.getpid()}.partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def write_midi(
    path: Path, tracks: Sequence[tuple[str, Sequence[Note]]], bpm: float, resolution: int = TICKS_PER_BEAT
) -> None:
    """Write named tracks of notes as a type 1 file, whole or not at all (written beside it, then renamed).

    `resolution`: the notes' ticks to the quarter note, a divisor of 480. Notes without velocity get 80; notes still
    down are written as one beat long.

    Raises:
        InputError: the file cannot be written there.
    """
    file = mido.MidiFile(type=1, ticks_per_beat=WRITTEN_TICKS_PER_BEAT)
    conductor = mido.MidiTrack()
    conductor.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    file.tracks.append(conductor)
    for name, notes in tracks:
        file.tracks.append(_track_of(name, notes, resolution))
    with replacing(path) as partial:
        file.save(partial)


def _track_of(name: str, notes: Sequence[Note], resolution: int) -> mido.MidiTrack:
    scale = WRITTEN_TICKS_PER_BEAT // resolution
    events: list[tuple[int, int, mido.Message]] = []
    for note in notes:
        velocity = note.velocity or DEFAULT_VELOCITY
        length = resolution if note.duration is None else note.duration
        on = mido.Message("note_on", note=note.pitch, velocity=velocity, channel=note.channel)
        off = mido.Message("note_off", note=note.pitch, velocity=0, channel=note.channel)
        events.append((note.onset * scale, 1, on))
        events.append(((note.onset + length) * scale, 0, off))
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("track_name", name=name))
    now = 0
    for at, _, message in sorted(events, key=lambda event: event[:2]):  # at one tick, note-offs come first
        track.append(message.copy(time=min(at - now, LONGEST_DELTA)))
        now = at
    return track
