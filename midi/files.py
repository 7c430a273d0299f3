"""Standard MIDI Files to notes and back, by mido. Keeps velocity, channel and timing (to the tick)."""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import mido

from midi.errors import InputError
from midi.notes import DRUM_CHANNEL, TICKS_PER_BEAT, Note, canonical

DEFAULT_BPM = 120.0
SUFFIXES = (".mid", ".midi")
WRITTEN_TICKS_PER_BEAT = 480
LONGEST_DELTA = 0x0FFFFFFF
"""The longest wait that a MIDI file can say: 78 hours at 120 bpm. Longer ones are shortened to it."""
DEFAULT_VELOCITY = 80


@dataclass(frozen=True, slots=True)
class Piece:
    """What a file says: its notes in canonical order, and its first tempo in quarter notes a minute (None: unsaid)."""

    notes: tuple[Note, ...]
    bpm: float | None = None


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
    notes: list[Note] = []
    for track in file.tracks:
        notes += _notes_of(track, file.ticks_per_beat)
    if not notes:
        raise InputError(f"{path}: no notes in it")
    return Piece(tuple(canonical(notes)), _first_bpm(file))


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


def _notes_of(track: mido.MidiTrack, division: int) -> list[Note]:
    """A track's notes; a note-off ends the oldest note down on its key, a key never released ends with the track."""

    def ticks(units: int) -> int:
        return (2 * units * TICKS_PER_BEAT + division) // (2 * division)

    notes: list[Note] = []
    down: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    now = 0

    def close(channel: int, pitch: int) -> None:
        began, velocity = down[channel, pitch].pop(0)
        onset = ticks(began)
        notes.append(Note(onset, max(1, ticks(now) - onset), pitch, velocity, channel))

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
