"""Performances without beats: at a nominal tempo, with velocity and pedal, what is struck together on one tick."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from midi.pedal import PEDAL_DOWN
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import Ints
from training.playing import held_within_chords, nominal_ticks, pedal_classes, struck_together

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
    onset, end = nominal_ticks(struck_ms), nominal_ticks(end_ms)
    columns = {
        "onset": onset,
        "duration": end - onset,
        "pitch": rows[:, PITCH],
        "velocity": rows[:, VELOCITY],
        "pedal": pedal_classes(struck_ms, pedal[:, 3] / 10, pedal[:, 4] >= PEDAL_DOWN),
    }
    made = styled(name, style, columns, has_beats=False)
    return replace(made, pedal=held_within_chords(made.piece.notes[:, 0], made.pedal))
