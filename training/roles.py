"""Roles in a piece: some notes are the human's, the rest the answer's, so that one model serves every mode.

Solo: all of it is the answer's. Accompanying, where a piece has parts: some of them, at least one and not all, are the
human's. In turns: human and answer alternate, a stretch of some bars each, as in a jam.
"""

import numpy as np

from midi.notes import ANSWER, HUMAN
from training.pieces import Ints

SOLO = 0.5
IN_TURNS = 0.25
"""Shares of the pieces with several parts that are cast so; the others accompany. Of one part, the others are solo."""
SHORTEST_TURN, LONGEST_TURN = 6, 48
"""Notes in a turn."""


def assign_roles(parts: Ints, waits: Ints, rng: np.random.Generator) -> Ints:
    """The voice of each note of a piece, int32 [N], by chance; `waits` (0: same onset as the note before) [N]."""
    lot = rng.random()
    if lot < IN_TURNS:
        return _turns(waits, rng)
    several = np.unique(parts)
    if lot < IN_TURNS + SOLO or len(several) < 2:
        return np.full(len(parts), ANSWER, np.int32)
    return accompanied(parts, rng)


def accompanied(parts: Ints, rng: np.random.Generator) -> Ints:
    """Some parts of a piece of several, at least one and not all, are the human's."""
    several = np.unique(parts)
    theirs = rng.choice(several, rng.integers(1, len(several)), replace=False)
    return np.where(np.isin(parts, theirs), HUMAN, ANSWER).astype(np.int32)


def _turns(waits: Ints, rng: np.random.Generator) -> Ints:
    """Stretches of notes by chance, the human's first; chords stay whole."""
    count = len(waits) // SHORTEST_TURN + 1
    ends = np.cumsum(rng.integers(SHORTEST_TURN, LONGEST_TURN + 1, count))
    turn = np.searchsorted(ends, np.arange(len(waits)), side="right")
    chord = np.maximum.accumulate(np.where(waits > 0, np.arange(len(waits)), 0))
    return np.where(turn[chord] % 2 == 0, HUMAN, ANSWER).astype(np.int32)
