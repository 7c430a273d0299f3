"""Music made up for the tests: small, seeded, and never near-duplicate by chance."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from midi.files import write_midi
from midi.meter import Bar, meter_of
from midi.notes import Note
from midi.tokens import CONTEXTS, FIELDS, Field
from training.encoding import EncodedPiece, encode_piece
from training.pieces import UNKNOWN, Ints, Piece, bar_table, table

SCORE = FIELDS[:4]
"""What is learned from scores: voices, no dynamics."""
BARS = (Bar(0, 24, meter_of(4, 4)), Bar(240, 0, meter_of(3, 4)))


def melody(seed: int, notes: int = 60, velocity: int | None = None) -> list[Note]:
    """A random walk within two octaves, a note a quaver or a crotchet long."""
    rng = np.random.default_rng(seed)
    onset, pitch, made = 0, 60, []
    for _ in range(notes):
        duration = int(rng.choice([12, 24]))
        pitch = int(np.clip(pitch + rng.integers(-5, 6), 48, 72))
        loud = None if velocity is None else int(np.clip(velocity + rng.integers(-20, 21), 1, 127))
        made.append(Note(onset, duration, pitch, loud))
        onset += duration
    return made


def transposed(notes: list[Note], semitones: int) -> list[Note]:
    return [Note(n.onset, n.duration, n.pitch + semitones, n.velocity, n.channel) for n in notes]


def work(name: str, notes: list[Note], parts: Sequence[int] = (), bars: Sequence[Bar] = ()) -> Piece:
    return Piece(name, name.partition("/")[0] if "/" in name else "", table(notes, parts), bar_table(bars))


def notes_of(rows: Ints) -> list[Note]:
    """The notes of a piece's table, without their parts."""
    return [
        Note(onset, duration, pitch, None if velocity == UNKNOWN else velocity, channel)
        for onset, duration, pitch, velocity, channel, _ in map(tuple, rows.tolist())
    ]


def works(count: int, notes: int = 60) -> list[Piece]:
    return [work(f"{seed:03}.mid", melody(seed, notes)) for seed in range(count)]


def write_folder(folder: Path, count: int, notes: int = 60) -> Path:
    """A folder of MIDI files with varying velocities."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(count):
        write_midi(folder / f"{seed:03}.mid", [("melody", melody(seed, notes, velocity=80))], 120.0)
    return folder


def pieces(
    count: int, notes: int = 30, fields: tuple[Field, ...] = SCORE, given: tuple[Field, ...] = CONTEXTS
) -> list[EncodedPiece]:
    """Melodies, the even notes of one part and the odd ones of another; every third without bars."""
    made = []
    for seed in range(count):
        tune = melody(seed, notes + seed, velocity=80)
        parts = [index % 2 for index in range(len(tune))]
        made.append(encode_piece(work("a", tune, parts, BARS if seed % 3 != 2 else ()), (*fields, *given)))
    return made


def ids(
    count: int, notes: int = 30, fields: tuple[Field, ...] = SCORE, given: tuple[Field, ...] = CONTEXTS
) -> list[Ints]:
    return [piece.ids for piece in pieces(count, notes, fields, given)]
