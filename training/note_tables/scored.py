"""Tables of scores: exact notes, no touch. Written dynamics are not velocity, so none is learned from them."""

from collections.abc import Iterator

import numpy as np

from midi.notes import TICKS_PER_BEAT
from training.note_tables.bars import bars_by_signatures
from training.note_tables.styled_piece import StyledPiece, styled
from training.note_tables.table_file import TableFile
from training.pieces import Ints

UNITS_PER_TICK = 480 // TICKS_PER_BEAT
SIGNATURE = 4
"""The kind of an event that holds a time signature: numerator x 100 + denominator."""
SINGERS = ("voice", "sing", "chant", "gesang", "soprano", "alto", "tenor", "bass", "canto", "stimme")


def scores(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """The works of a score, each staff a part."""
    for work, rows, events in zip(table.works, table.rows("notes"), table.rows("events"), strict=True):
        yield _score(work["file"], style, rows, events, rows[:, 1] * 2 + rows[:, 2])


def songs(table: TableFile, style: str) -> Iterator[StyledPiece]:
    """Works for voice and piano: the singers' parts are the human's, each other part is the answer's."""
    for work, rows, events in zip(table.works, table.rows("notes"), table.rows("events"), strict=True):
        sung = frozenset(index for index, name in enumerate(work["parts"]) if name.lower().startswith(SINGERS))
        lead = sung if len(sung) < len(work["parts"]) else frozenset[int]()
        yield _score(work["file"], style, rows, events, rows[:, 1], lead)


def _score(
    name: str, style: str, rows: Ints, events: Ints, parts: Ints, human_parts: frozenset[int] = frozenset()
) -> StyledPiece:
    onset, end = _ticks(rows[:, 3]), _ticks(rows[:, 3] + rows[:, 4])
    columns = {"onset": onset, "duration": end - onset, "pitch": rows[:, 5], "part": parts}
    signatures = [(int(_ticks(at)), value // 100, value % 100) for _, at, kind, value in events if kind == SIGNATURE]
    bars = bars_by_signatures(np.stack([onset, end - onset, columns["pitch"]], axis=1), signatures)
    return styled(name, style, columns, bars, human_parts=human_parts)


def _ticks(units: Ints) -> Ints:
    return (units + UNITS_PER_TICK // 2) // UNITS_PER_TICK
