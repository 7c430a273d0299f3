"""The longest run of notes that a piece shares with any piece learned from, transposed or not.

Two runs of n notes are the same if their n - 1 steps are: the interval in semitones to the next note, the wait until
it, and the duration of the note stepped from. Notes stand in canonical order, chords from the bottom. Held-out pieces
share runs with the training pieces too, of formulas and of kin that no family caught: that is the natural level.

Found exactly, without hashes: every place is ranked by the 1, 2, 4, ... steps that follow it (Karp, Miller, Rosenberg
1972); sorted by the longest of these, what a place shares most with is the nearest training place on either side.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.pieces import Ints

_Ranks = npt.NDArray[np.int64]


def longest_shared(pieces: Sequence[Ints], learned: Sequence[Ints]) -> list[int]:
    """For each piece, notes [N, 3], the notes in the longest run that it shares with any of the learned pieces.

    0: it is empty, or nothing was learned; 1: no step is shared.
    """
    every = [*pieces, *learned]
    if not pieces or not learned:
        return [0] * len(pieces)
    symbols, starts = _symbols(every)
    ranks = _ranks(symbols, max(len(piece) for piece in pieces))
    mine = int(starts[len(pieces)])
    order = np.argsort(ranks[-1])
    theirs = order >= mine
    places = np.arange(len(order))
    before = np.maximum.accumulate(np.where(theirs, places, -1))
    after = np.minimum.accumulate(np.where(theirs, places, len(order))[::-1])[::-1]
    shared = np.zeros(len(symbols), np.int64)
    for nearest in (before, after):
        asked = np.flatnonzero(~theirs & (nearest >= 0) & (nearest < len(order)))
        here, there = order[asked], order[nearest[asked]]
        shared[here] = np.maximum(shared[here], _common(ranks, here, there))
    return [
        min(int(shared[start : start + len(piece)].max()) + 1, len(piece)) if len(piece) else 0
        for piece, start in zip(pieces, starts, strict=False)
    ]


def _symbols(pieces: Sequence[Ints]) -> tuple[_Ranks, _Ranks]:
    """The steps of all pieces end to end, a number each, each piece ended by one of its own; where each begins."""
    _, alike = np.unique(np.concatenate([_steps(piece) for piece in pieces]), return_inverse=True)
    lengths = np.array([max(len(piece) - 1, 0) for piece in pieces])
    symbols = np.full(len(alike) + len(pieces), -1, np.int64)
    starts = np.cumsum([0, *(lengths[:-1] + 1)])
    ends = starts + lengths
    symbols[ends] = np.arange(len(pieces)) + len(alike)  # beyond all steps
    symbols[symbols < 0] = alike
    return symbols, starts


def _steps(notes: Ints) -> _Ranks:
    """Interval, wait and duration as one number each: ticks below 2^27, some days of music, fit."""
    onset, duration, pitch = notes.T.astype(np.int64)
    steps: _Ranks = ((np.diff(pitch) + 256 << 27) + np.diff(onset) << 27) + duration[: max(len(notes) - 1, 0)]
    return steps


def _ranks(symbols: _Ranks, longest: int) -> list[_Ranks]:
    """For lengths 1, 2, 4, ... beyond `longest`: equal numbers where as many steps are equal, in their order."""
    ranks = [np.unique(symbols, return_inverse=True)[1].astype(np.int64)]
    length = 1
    while length <= longest:
        further = np.full(len(symbols), -1, np.int64)
        further[:-length] = ranks[-1][length:]
        ranks.append(np.unique(ranks[-1] * (len(symbols) + 1) + further + 1, return_inverse=True)[1].astype(np.int64))
        length *= 2
    return ranks


def _common(ranks: list[_Ranks], here: _Ranks, there: _Ranks) -> _Ranks:
    """The number of steps that are the same from each of `here` and of `there` on."""
    length = np.zeros(len(here), np.int64)
    for level in range(len(ranks) - 1, -1, -1):  # never past an end: those are all different
        length += np.where(ranks[level][here + length] == ranks[level][there + length], 1 << level, 0)
    return length
