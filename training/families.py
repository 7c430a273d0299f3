"""Families of near-duplicates: a tune, its variants and its transpositions, and takes of a piece: no split parts them.

Two works are kin when one shares at least 30 % of its distinct runs of 16 melodic intervals with the other; families
are what kinship connects. The melody of a work in parts is its highest line, so settings of one chorale are kin too.

Two performances (works that have dynamics) are takes of one piece also when they share 15 % of their runs of 6 pitches:
a wrong note or an ornament breaks few of these, another tempo none. Scores are not compared so: many tunes share them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.pieces import UNKNOWN, Ints, Piece

RUN = 16
"""Intervals in a run: by this measure 24 % of Ryan's and O'Neill's tunes have near-duplicates
(docs/decisions/0014-split-by-families.md)."""
SHARED = 0.3
COMMONPLACE = 400
"""A run found in more melodies than this is a scale or a drone, not a tune."""

TAKE_RUN = 6
"""Pitches in a run of a performance: of two takes, each with one note in ten wrong, 0.9^12 = 28 % agree."""
TAKE_SHARED = 0.15
TAKE_LEAST = 12
"""Runs that takes share at least: of a few notes nobody can say what they are a take of."""
TAKE_COMMONPLACE = 60
"""The same of takes; more takes of one piece than this are seldom."""
TOGETHER = 2
"""Ticks (of 24 to the quarter) within which notes are struck as one: a chord's, or a grace note and its note."""

_Hashes = npt.NDArray[np.uint64]


def families(works: Sequence[Piece]) -> list[list[int]]:
    """The indices of the works, grouped by family; families and their members in order of first appearance."""
    runs = [_runs(_melody(work.notes)) for work in works]
    takes = [_take_runs(work.notes) for work in works]
    kinship = _Kinship(len(works))
    distinct: dict[bytes, int] = {}
    for index, hashes in enumerate(runs):  # verbatim copies first: thousands of them would be quadratic below
        kinship.join(distinct.setdefault(hashes.tobytes(), index), index)
    members = sorted(distinct.values())
    performed = [index for index in members if len(takes[index]) >= TAKE_LEAST]
    for pair in _kin(runs, members, SHARED, 1, COMMONPLACE):
        kinship.join(*pair)
    for pair in _kin(takes, performed, TAKE_SHARED, TAKE_LEAST, TAKE_COMMONPLACE):
        kinship.join(*pair)
    grouped: dict[int, list[int]] = {}
    for index in range(len(works)):
        grouped.setdefault(kinship.first(index), []).append(index)
    return list(grouped.values())


class _Kinship:
    """Works joined into families, each known by its first work (union-find)."""

    def __init__(self, works: int) -> None:
        self._nearer = list(range(works))

    def first(self, index: int) -> int:
        while self._nearer[index] != index:
            self._nearer[index] = self._nearer[self._nearer[index]]
            index = self._nearer[index]
        return index

    def join(self, index: int, other: int) -> None:
        low, high = sorted((self.first(index), self.first(other)))
        self._nearer[high] = low


def _melody(notes: Ints) -> Ints:
    """The highest line: at each onset the highest note, unless a higher one is still held. Pitches, shape [M]."""
    onsets = notes[:, 0]
    highest = np.append(onsets[1:] != onsets[:-1], True)  # canonical order: the last of an onset
    line: list[int] = []
    held_until, top = -1, -1
    for onset, duration, pitch, *_ in notes[highest].tolist():
        if onset >= held_until or pitch >= top:
            line.append(pitch)
            held_until, top = onset + duration, pitch
    return np.array(line, np.int32)


def _runs(melody: Ints) -> _Hashes:
    """Hashes of the distinct runs of intervals, sorted; a melody too short for one is one run, of all it has."""
    intervals = np.diff(melody).astype(np.int64) + 128
    length = min(RUN, len(intervals))
    if length == 0:
        return np.zeros(1, np.uint64)
    weights = np.random.default_rng(RUN).integers(1, 2**63, RUN, np.int64).astype(np.uint64) | np.uint64(1)
    windows = np.lib.stride_tricks.sliding_window_view(intervals.astype(np.uint64), length)
    return np.unique((windows * weights[:length]).sum(axis=1, dtype=np.uint64))


def _take_runs(notes: Ints) -> _Hashes:
    """A performance's distinct runs of pitches, sorted: of what is struck together, the highest. A score has none."""
    if not len(notes) or (notes[:, 3] == UNKNOWN).any():
        return np.zeros(0, np.uint64)
    begins = np.flatnonzero(np.append(True, np.diff(notes[:, 0]) > TOGETHER))
    tops = np.maximum.reduceat(notes[:, 2], begins).astype(np.uint64)
    if len(tops) < TAKE_RUN:
        return np.zeros(0, np.uint64)
    windows = np.lib.stride_tricks.sliding_window_view(tops, TAKE_RUN)
    return np.unique((windows << (np.arange(TAKE_RUN, dtype=np.uint64) * np.uint64(7))).sum(axis=1, dtype=np.uint64))


def _kin(
    runs: Sequence[_Hashes], members: Sequence[int], share: float, least: int, commonplace: int
) -> list[tuple[int, int]]:
    """Pairs of works that share so much of the shorter, and so many runs at least, by an index from run to works.

    Runs in more works than `commonplace` do not count.
    """
    if not members:
        return []
    owners = np.concatenate([np.full(len(runs[index]), index, np.int64) for index in members])
    hashes = np.concatenate([runs[index] for index in members])
    order = np.lexsort((owners, hashes))
    owners, hashes = owners[order], hashes[order]
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
    sizes = np.diff(np.append(starts, len(hashes)))
    pairs: list[npt.NDArray[np.int64]] = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= commonplace)]):
        groups = owners[starts[sizes == size][:, None] + np.arange(size)]
        left, right = np.triu_indices(int(size), 1)
        pairs.append((groups[:, left] * len(runs) + groups[:, right]).ravel())
    if not pairs:
        return []
    keys, shared = np.unique(np.concatenate(pairs), return_counts=True)
    first, second = np.divmod(keys, len(runs))
    lengths = np.array([len(hashes) for hashes in runs])
    kin = shared >= np.maximum(least, share * np.minimum(lengths[first], lengths[second]))
    return list(zip(first[kin].tolist(), second[kin].tolist(), strict=True))
