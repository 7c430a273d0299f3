"""Tables of MIDI files that were written, not played: on the grid of their quarter notes."""

from collections.abc import Iterator

import numpy as np

from midi.notes import TICKS_PER_BEAT
from training.note_tables.bars import bars_by_signatures
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import Ints

UNITS_PER_TICK = 480 // TICKS_PER_BEAT
DRUMS = 128
"""Stands for a program in a drum track."""


def flat(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The works, each track a part; their velocities are a program's, so that none is learned."""
    return _works(table, style, has_velocity=False)


def expressive(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The works, each track a part, with the velocities that their authors gave."""
    return _works(table, style, has_velocity=True)


def _works(table: TableFile, style: str, *, has_velocity: bool) -> Iterator[StyledPiece]:
    for work, every_row in zip(table.works, table.rows("notes"), strict=True):
        rows = every_row[every_row[:, 2] != DRUMS]
        if not len(rows):
            continue
        first = int(rows[:, 3].min()) % UNITS_PER_TICK  # abc2midi begins one unit late
        onset, end = _ticks(rows[:, 3] - first), _ticks(rows[:, 3] - first + rows[:, 4])
        columns = {"onset": onset, "duration": end - onset, "pitch": rows[:, 7], "part": rows[:, 1]}
        if has_velocity:
            columns["velocity"] = rows[:, 8]
        signatures = {tuple(signature) for signature in work["timesig"]}
        named = [(0, *signature) for signature in signatures] if len(signatures) == 1 else []
        bars = bars_by_signatures(np.stack([onset, end - onset, columns["pitch"]], axis=1), named)
        yield styled(work["file"], style, columns, bars)


def _ticks(units: Ints) -> Ints:
    """To the nearest tick; half-way is down, since abc2midi spreads a chord's notes by half a tick."""
    return (units + UNITS_PER_TICK // 2 - 1) // UNITS_PER_TICK
