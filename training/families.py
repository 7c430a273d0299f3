"""Families of near-duplicates: a tune, its variants and its transpositions, which no split may part.

Two works are kin when one shares at least 30 % of its distinct runs of 16 melodic intervals with the other; families
are what kinship connects. The melody of a work in parts is its highest line, so settings of one chorale are kin too.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from training.works import Ints, Work

RUN = 16
"""Intervals in a run (FACTS.md: 24 % of Ryan's and O'Neill's tunes have near-duplicates by this measure)."""
SHARED = 0.3
COMMONPLACE = 400
"""A run found in more melodies than this is a scale or a drone, not a tune."""

_Hashes = npt.NDArray[np.uint64]


def families(works: Sequence[Work]) -> list[list[int]]:
    """The indices of the works, grouped by family; families and their members in order of first appearance."""
    runs = [_runs(_melody(work.notes)) for work in works]
    root = list(range(len(works)))

    def find(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    def join(one: int, other: int) -> None:
        low, high = sorted((find(one), find(other)))
        root[high] = low

    distinct: dict[bytes, int] = {}
    for index, hashes in enumerate(runs):  # verbatim copies first: thousands of them would be quadratic below
        join(distinct.setdefault(hashes.tobytes(), index), index)
    for one, other in _kin(runs, sorted(distinct.values())):
        join(one, other)
    grouped: dict[int, list[int]] = {}
    for index in range(len(works)):
        grouped.setdefault(find(index), []).append(index)
    return list(grouped.values())


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


def _kin(runs: Sequence[_Hashes], members: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of works that share enough, by an inverted index from run to works."""
    owners = np.concatenate([np.full(len(runs[index]), index, np.int64) for index in members])
    hashes = np.concatenate([runs[index] for index in members])
    order = np.lexsort((owners, hashes))
    owners, hashes = owners[order], hashes[order]
    starts = np.flatnonzero(np.append(True, hashes[1:] != hashes[:-1]))
    sizes = np.diff(np.append(starts, len(hashes)))
    pairs: list[npt.NDArray[np.int64]] = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= COMMONPLACE)]):
        groups = owners[starts[sizes == size][:, None] + np.arange(size)]
        one, other = np.triu_indices(int(size), 1)
        pairs.append((groups[:, one] * len(runs) + groups[:, other]).ravel())
    if not pairs:
        return []
    keys, shared = np.unique(np.concatenate(pairs), return_counts=True)
    found: list[tuple[int, int]] = []
    for key, count in zip(keys.tolist(), shared.tolist(), strict=True):
        one_work, other_work = divmod(key, len(runs))
        if count >= SHARED * min(len(runs[one_work]), len(runs[other_work])):
            found.append((one_work, other_work))
    return found
