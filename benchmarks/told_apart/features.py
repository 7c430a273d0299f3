"""A phrase and what followed it as numbers: some dozens for trees, a row a note for a recurrent net. Pure."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.told_apart.exchanges import ANSWER, DURATION, LOUDNESS, ONSET, PHRASE, PITCH
from midi.notes import TICKS_PER_BEAT
from training.pieces import UNKNOWN, Ints

Doubles = npt.NDArray[np.float64]
STEPS = PHRASE + ANSWER
FIRST = 12
"""Notes of an answer that the trees see one by one."""
GRIDS = (TICKS_PER_BEAT, TICKS_PER_BEAT // 2, TICKS_PER_BEAT // 4, TICKS_PER_BEAT // 3)
"""Beats, eighths, sixteenths and triplets, in ticks."""


def summary(phrase: Ints, followed: Ints) -> Doubles:
    """Numbers of what followed, notes [N, 4], their differences from the phrase's, and its first notes one by one."""
    theirs, ours = _of_notes(phrase), _of_notes(followed)
    return np.concatenate([ours, ours - theirs, _shared(phrase, followed), _first_notes(phrase, followed)])


def _of_notes(notes: Ints) -> Doubles:
    waits, durations = _logs(np.diff(notes[:, ONSET])), _logs(notes[:, DURATION])
    pitches, intervals = notes[:, PITCH].astype(np.float64), np.diff(notes[:, PITCH]).astype(np.float64)
    loud = np.where(notes[:, LOUDNESS] == UNKNOWN, 0, notes[:, LOUDNESS]).astype(np.float64)
    moments = [
        statistic(row) for row in (waits, durations, pitches, intervals, loud) for statistic in (np.mean, np.std)
    ]
    shares = [np.mean(notes[:, ONSET] % grid == 0) for grid in GRIDS]
    kinds = [len(np.unique(row)) / len(notes) for row in (waits, durations, pitches % 12, pitches)]
    steps = [np.mean(np.diff(notes[:, ONSET]) == 0), np.mean(intervals == 0), np.mean(np.abs(intervals))]
    extremes = [pitches.min(), pitches.max(), waits.max(), durations.max(), np.mean(np.abs(np.diff(loud)))]
    return np.array([*moments, *shares, *kinds, *steps, *extremes], np.float64)


def _shared(phrase: Ints, followed: Ints) -> Doubles:
    """Shares of what followed that stand in the phrase: pitch classes, keys, durations, and steps from note to note."""
    columns = [(notes[:, PITCH] % 12, notes[:, PITCH], notes[:, DURATION]) for notes in (phrase, followed)]
    shares = [np.isin(ours, theirs).mean() for theirs, ours in zip(*columns, strict=True)]
    known = set(_steps(phrase))
    repeated = np.mean([step in known for step in _steps(followed)])
    return np.array([*shares, repeated, followed[0, PITCH] - phrase[-1, PITCH]], np.float64)


def _steps(notes: Ints) -> list[tuple[int, ...]]:
    """Wait, interval and duration from each note to the next."""
    rows = np.column_stack([np.diff(notes[:, ONSET]), np.diff(notes[:, PITCH]), notes[:-1, DURATION]])
    return [tuple(row) for row in rows.tolist()]


def _first_notes(phrase: Ints, followed: Ints) -> Doubles:
    rows = np.zeros((FIRST, 3))
    head = followed[:FIRST]
    rows[: len(head), 0] = _logs(np.diff(head[:, ONSET], prepend=head[0, ONSET]))
    rows[: len(head), 1] = np.diff(head[:, PITCH], prepend=phrase[-1, PITCH])
    rows[: len(head), 2] = _logs(head[:, DURATION])
    return rows.reshape(-1)


def sequence(phrase: Ints, followed: Ints) -> Doubles:
    """A row a note, [STEPS, 7], the phrase first, then what followed; rows of zeros before them."""
    parts = [_rows(notes, phrase, is_answer) for notes, is_answer in ((phrase, 0.0), (followed, 1.0))]
    rows = np.concatenate(parts)
    padded = np.zeros((STEPS, rows.shape[1]))
    padded[STEPS - len(rows) :] = rows
    return padded


def _rows(notes: Ints, phrase: Ints, is_answer: float) -> Doubles:
    loud = np.where(notes[:, LOUDNESS] == UNKNOWN, 0, notes[:, LOUDNESS])
    return np.column_stack(
        [
            _logs(np.diff(notes[:, ONSET], prepend=notes[0, ONSET])) / 3,
            (notes[:, PITCH] - phrase[:, PITCH].mean()) / 12,
            np.diff(notes[:, PITCH], prepend=notes[0, PITCH]) / 12,
            _logs(notes[:, DURATION]) / 3,
            loud / 32,
            (notes[:, ONSET] % TICKS_PER_BEAT) / TICKS_PER_BEAT,
            np.full(len(notes), is_answer),
        ]
    ).astype(np.float64)


def stacked(rows: Sequence[Doubles]) -> Doubles:
    """Examples side by side."""
    return np.stack(list(rows)).astype(np.float64)


def _logs(ticks: Ints) -> Doubles:
    return np.log1p(ticks).astype(np.float64)
