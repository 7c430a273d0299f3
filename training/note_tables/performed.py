"""Performances without beats: at a nominal tempo, with velocity and pedal, what is struck together on one tick."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from midi.notes import TICKS_PER_BEAT
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import Ints

Doubles = npt.NDArray[np.float64]

NOMINAL_BPM = 120
TOGETHER_MS = 30.0
"""Notes within so much of the first of them are one chord."""
DOWN = 64
"""The least value of controller 64 that holds the strings (MIDI 1.0: 64 and above is on)."""

ONSET, DURATION, PITCH, VELOCITY = 5, 6, 7, 8
"""Columns of such a table; times in 0.1 ms."""


def performances(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The works of a table of recorded or transcribed playing."""
    for work, rows, pedal in zip(table.works, table.rows("notes"), table.rows("pedal"), strict=True):
        yield performance(work["file"], style, rows, pedal)


def performance(name: str, style: str, rows: Ints, pedal: Ints) -> StyledPiece:
    """One performance; `pedal` rows as in the table: file, track, unit, time in 0.1 ms, value of controller 64."""
    rows = rows[np.argsort(rows[:, ONSET], kind="stable")]
    onset_ms, end_ms = rows[:, ONSET] / 10, (rows[:, ONSET] + rows[:, DURATION]) / 10
    struck_ms = struck_together(onset_ms)
    onset, end = _ticks(struck_ms), _ticks(end_ms)
    columns = {
        "onset": onset,
        "duration": end - onset,
        "pitch": rows[:, PITCH],
        "velocity": rows[:, VELOCITY],
        "pedal": pedal_classes(struck_ms, pedal[:, 3] / 10, pedal[:, 4]),
    }
    return first_takes_the_press(styled(name, style, columns, has_beats=False))


def struck_together(onset_ms: Doubles) -> Doubles:
    """The time of each note's chord, its first note's; ascending times in ms. Shape [N]."""
    struck = onset_ms.copy()
    for index in range(1, len(struck)):
        if onset_ms[index] - struck[index - 1] <= TOGETHER_MS:
            struck[index] = struck[index - 1]
    return struck


def pedal_classes(struck_ms: Doubles, at_ms: Doubles, values: Ints) -> Ints:
    """The pedal's class at each chord, given its moves in order of time."""
    down = values >= DOWN
    presses = at_ms[down & ~np.append(False, down[:-1])]
    moved = np.searchsorted(at_ms, struck_ms, side="right")
    is_down = np.append(False, down)[moved]
    before = np.append(-np.inf, struck_ms[:-1])
    before = np.where(before == struck_ms, -np.inf, before)
    before = np.maximum.accumulate(before)
    pressed = np.searchsorted(presses, struck_ms, side="right") > np.searchsorted(presses, before, side="right")
    return np.where(is_down, np.where(pressed, PEDAL_ANEW, PEDAL_HELD), PEDAL_UP).astype(np.int32)


def first_takes_the_press(piece: StyledPiece) -> StyledPiece:
    """The same with the pedal pressed at the first note of a chord, and held at the others."""
    inner = np.append(False, np.diff(piece.piece.notes[:, 0]) == 0)
    held = np.where(inner & (piece.pedal == PEDAL_ANEW), PEDAL_HELD, piece.pedal)
    return replace(piece, pedal=held.astype(np.int32))


def _ticks(ms: Doubles) -> Ints:
    return np.round(ms * NOMINAL_BPM * TICKS_PER_BEAT / 60_000).astype(np.int32)
