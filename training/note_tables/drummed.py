"""Groove: drummers on pads to a click. Pads become General MIDI's keys; strokes a tick and a deviation."""

from collections.abc import Iterator

import numpy as np

from midi.drum_keys import PADS, STROKE_TICKS
from midi.meter import Bar, meter_of
from midi.notes import TICKS_PER_BEAT
from training.note_tables.grid import on_grid
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import bar_table

UNITS = 480
"""In a quarter note."""
PARTS = {"train": "train", "validation": "valid", "test": "test"}


def drums(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The recordings, split as their makers did."""
    general = np.array([PADS.get(pad, pad) for pad in range(128)], np.int32)
    for work, rows in zip(table.works, table.rows("notes"), strict=True):
        rows = rows[np.argsort(rows[:, 3], kind="stable")]
        beats, key = rows[:, 3] / UNITS, general[rows[:, 7]]
        tick = on_grid(beats, key)
        columns = {
            "onset": tick,
            "duration": np.full(len(tick), STROKE_TICKS),
            "pitch": key,
            "velocity": rows[:, 8],
            "deviation": np.round((beats - tick / TICKS_PER_BEAT) * 60_000 / float(work["bpm"])),
        }
        beats_in_bar, unit = (int(number) for number in work["time_signature"].split("-"))
        bars = bar_table([Bar(0, 0, meter_of(beats_in_bar, unit))])
        yield styled(work["file"], style, columns, bars, part=PARTS[work["split"]])
