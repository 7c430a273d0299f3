"""A piece of a style, with what a score lacks: placement beside the tick, pedal, and who plays which part."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.pieces import COLUMNS, UNKNOWN, Ints, Piece, bar_table

NO_DEVIATION = -(2**15)
"""Stands for the deviation of a note whose beats are not known, or that no one played."""


@dataclass(frozen=True, slots=True)
class StyledPiece:
    """A piece, its style ("": unknown), and int32 [N] columns beside its notes.

    `deviation`: ms late against the tick (early: below 0), or NO_DEVIATION. `pedal`: of `midi.touch`, or UNKNOWN.
    """

    piece: Piece
    style: str
    deviation: Ints
    pedal: Ints
    has_beats: bool = True
    """False: the ticks are those of a nominal tempo, so that waits teach only what is struck together."""
    human_parts: frozenset[int] = frozenset()
    """Parts that the human plays while the answer plays the others; empty: any may be either's."""
    family: str = ""
    """Pieces of one family stay in one part of the split; empty: the notes alone decide."""
    part: str = ""
    """The part of the split (train, valid, test) that the source's makers put it in; empty: they made none."""

    def __len__(self) -> int:
        return len(self.piece)


def styled(
    name: str, style: str, columns: dict[str, npt.NDArray[Any]], bars: Ints | None = None, **facts: Any
) -> StyledPiece:
    """Make a piece of columns in any order of notes.

    `columns`: onset, duration and pitch; velocity, part, deviation and pedal where known. Of two notes on one key at
    one tick the longer stays, as in `midi.notes.canonical`.
    """
    count = len(columns["onset"])
    order = np.lexsort((-columns["duration"], columns["pitch"], columns["onset"]))
    keys = np.stack([columns["onset"], columns["pitch"]], axis=1)[order]
    first = np.append(True, (keys[1:] != keys[:-1]).any(axis=1)) if count else np.zeros(0, bool)
    kept = order[first]
    unknown = {"velocity": UNKNOWN, "channel": 0, "part": 0, "deviation": NO_DEVIATION, "pedal": UNKNOWN}
    whole = {key: np.full(count, value, np.int32) for key, value in unknown.items()} | columns
    whole["duration"] = np.maximum(whole["duration"], 1)
    notes = np.stack([whole[column][kept] for column in COLUMNS], axis=1).astype(np.int32)
    piece = Piece(name, style, notes, bar_table(()) if bars is None else bars)
    return StyledPiece(
        piece, style, whole["deviation"][kept].astype(np.int32), whole["pedal"][kept].astype(np.int32), **facts
    )
