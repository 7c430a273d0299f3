"""The touch of the user's own pieces: velocity, placement and pedal, each where a MIDI file tells it.

- Velocity: unknown where all notes have the same.
- Placement: a piece whose notes lie on its file's beats, but not exactly, was played to a click: each note is put on
  the musical grid, and what is left is its deviation. One that lies on the grid exactly was written: it has none.
- A piece that lies on no beats was played freely. For a model of styles it has none: see `StyledPiece.has_beats`.
- Pedal: of channels that use one.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from midi.notes import TICKS_PER_BEAT
from training.encoding import varies
from training.note_tables.grid import on_grid
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece, styled
from training.pieces import COLUMNS, PLAYED_COLUMNS, UNKNOWN, Ints, Piece
from training.playing import held_within_chords, nominal_ticks, struck_together

Doubles = npt.NDArray[np.float64]

LATE, BEGAN, ENDED, QUARTER, PEDAL = range(len(PLAYED_COLUMNS))
EXACT = 60
"""Thousandths of a tick, about 1 ms: a note no further from its tick was put there by a program."""
WRITTEN = 0.9
"""The least share of the notes that lie exactly on the lines of the grid where a piece was written."""
LINES = (3, 4)
"""Every so many ticks: 32nds, and sixteenth triplets."""
CYCLES = (1, 2, 3, 4)
"""The lines a beat on which notes may gather."""
GATHERED = 0.22
"""The least `gathering` of notes there where a piece lies on beats: 176 performances that were recorded without
a click have at most 0.217; of drummers with one 98 % have more, of pianists on annotated beats 93 %."""
BY_CHANCE = 3.0
"""Divided by the square root of the number of notes: gathering by chance."""


def with_touch(work: Piece, style: str, *, keep_ticks: bool = False) -> StyledPiece:
    """The piece with its touch, and a style ("": unknown).

    `keep_ticks`: where no beats are found, those of the file stay, for a model that knows no other rhythm.
    """
    velocity = work.notes[:, 3] if varies(work) else np.full(len(work), UNKNOWN, np.int32)
    work = replace(work, notes=np.column_stack([work.notes[:, :3], velocity, work.notes[:, 4:]]))
    if not len(work.played) or is_written(work):
        return _as_it_stands(work, style)
    if gathering(_beats(work)) >= max(GATHERED, BY_CHANCE / len(work) ** 0.5):
        return _placed(work, style)
    return _as_it_stands(work, style) if keep_ticks else _without_beats(work, style)


def is_written(work: Piece) -> bool:
    """True if nobody played these notes in time: they lie on the lines of the grid exactly."""
    on_lines = (work.notes[:, :1] % LINES == 0).any(axis=1) & (np.abs(work.played[:, LATE]) <= EXACT)
    return bool(on_lines.mean() >= WRITTEN)


def gathering(beats: Doubles) -> float:
    """The sureness, 0 to 1, with which onsets in beats lie at one place of a beat, or of its half, third or quarter.

    The mean resultant length of their phases (Mardia and Jupp 2000, "Directional Statistics", 2.3.1).
    """
    return max(float(np.abs(np.exp(2j * np.pi * cycles * beats).mean())) for cycles in CYCLES)


def _beats(work: Piece) -> Doubles:
    """The onsets in beats, not rounded."""
    return np.asarray((work.notes[:, 0] + work.played[:, LATE] / 1000) / TICKS_PER_BEAT)


def _as_it_stands(work: Piece, style: str) -> StyledPiece:
    pedal = work.played[:, PEDAL] if len(work.played) else np.full(len(work), UNKNOWN, np.int32)
    pedal = held_within_chords(work.notes[:, 0], pedal)
    return StyledPiece(work, style, np.full(len(work), NO_DEVIATION, np.int32), pedal)


def _placed(work: Piece, style: str) -> StyledPiece:
    """The piece on the musical grid."""
    order = np.argsort(_beats(work), kind="stable")
    beats, notes, played = _beats(work)[order], work.notes[order], work.played[order]
    tick = on_grid(beats, notes[:, 2])
    late_ms = (beats - tick / TICKS_PER_BEAT) * played[:, QUARTER] / 1000
    return _columns_as_piece(work, style, notes, {"onset": tick, "deviation": np.round(late_ms)}, played)


def _without_beats(work: Piece, style: str) -> StyledPiece:
    """The piece at a nominal tempo, its chords struck together."""
    order = np.argsort(work.played[:, BEGAN], kind="stable")
    notes, played = work.notes[order], work.played[order]
    onset = nominal_ticks(struck_together(played[:, BEGAN] / 10))
    times = {"onset": onset, "duration": nominal_ticks(played[:, ENDED] / 10) - onset}
    return _columns_as_piece(replace(work, bars=work.bars[:0]), style, notes, times, played, has_beats=False)


def _columns_as_piece(
    work: Piece, style: str, notes: Ints, columns: dict[str, npt.NDArray[Any]], played: Ints, **facts: bool
) -> StyledPiece:
    """A piece of these notes, int32 [N, 6], some of whose columns are others."""
    whole = dict(zip(COLUMNS, notes.T, strict=True)) | columns | {"pedal": played[:, PEDAL]}
    made = styled(work.name, style, whole, work.bars, **facts)
    return replace(made, pedal=held_within_chords(made.piece.notes[:, 0], made.pedal))
