"""The network's inputs before each frame: the frame before, earlier ones at set distances, and marks. numpy only.

An input is one multi-hot vector: [the frame before | START | place in the sequence, modulo each period | how far the
sequence was transposed | the frames `lags` before the one that is due]. All of it is known before the frame is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.piano_rolls.data import KEYS, Roll

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of an input. `periods` and `lags` are in frames, `shifts` in semitones up and down."""

    periods: tuple[int, ...] = ()
    lags: tuple[int, ...] = ()
    shifts: int = 0
    keys: int = KEYS

    @property
    def size(self) -> int:
        """Numbers in an input."""
        return self.keys + 1 + sum(self.periods) + self._marks + len(self.lags) * self.keys

    @property
    def lstm_size(self) -> int:
        """The number, from the first, that the LSTM sees; the lags, which it saw already, are the decoder's."""
        return self.size - len(self.lags) * self.keys

    @property
    def _marks(self) -> int:
        return 2 * self.shifts + 1 if self.shifts else 0

    def inputs(self, roll: Roll, shift: int = 0) -> Roll:
        """The inputs before each frame of a sequence that was transposed by `shift`. Shape [T, size]."""
        length = len(roll)
        out = np.zeros((length, self.size), np.uint8)
        out[1:, : self.keys] = roll[:-1]
        out[0, self.keys] = 1
        column = self.keys + 1
        for period in self.periods:
            out[np.arange(length), column + np.arange(length) % period] = 1
            column += period
        if self.shifts:
            out[:, column + self.shifts + shift] = 1
            column += self._marks
        for lag in self.lags:
            out[lag:, column : column + self.keys] = roll[:-lag]
            column += self.keys
        return out


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames of parallel streams: inputs [B, T, size], due [B, T, keys]; keep [B, T] is 0 where a sequence begins."""

    inputs: Floats
    due: Floats
    keep: Floats
    counts: Floats
    """[B, T]: 0 where there is no frame."""


def moved(roll: Roll, shift: int) -> Roll:
    """The sequence, transposed by so many semitones; there must be `room` for it."""
    return np.roll(roll, shift, axis=1)


def room(roll: Roll, shifts: int) -> tuple[int, int]:
    """The semitones down (a negative number) and up that a sequence can be transposed by, at most `shifts`."""
    used = np.flatnonzero(roll.any(axis=0))
    if not len(used):
        return 0, 0
    return -min(shifts, int(used[0])), min(shifts, roll.shape[1] - 1 - int(used[-1]))


def epoch(
    rolls: Sequence[Roll], layout: Layout, streams: int, chunk: int, rng: np.random.Generator, home: float = 0.0
) -> Iterator[Batch]:
    """One pass through all sequences, in a new order, transposed anew, end to end in parallel streams.

    `home`: the share of the sequences that keep their key.
    """
    givens, dues, keeps = [], [], []
    for index in rng.permutation(len(rolls)):
        roll = rolls[index]
        low, high = room(roll, layout.shifts)
        shift = int(rng.integers(low, high + 1)) if rng.random() >= home else 0
        roll = moved(roll, shift)
        givens.append(layout.inputs(roll, shift))
        dues.append(roll)
        keeps.append(np.append(0, np.ones(len(roll) - 1)).astype(np.uint8))
    total = sum(map(len, dues))
    length = -(-total // streams)
    laid = [_laid(parts, streams, length) for parts in (givens, dues, keeps, [np.ones(total, np.uint8)])]
    laid[2][:, 0] = 0
    for at in range(0, length, chunk):
        yield Batch(*(part[:, at : at + chunk].astype(np.float32) for part in laid))


def abreast(rolls: Sequence[Roll], layout: Layout, streams: int) -> Iterator[tuple[list[int], Batch]]:
    """All sequences from their first frame, side by side, those of like length together; with their indices."""
    order = sorted(range(len(rolls)), key=lambda index: len(rolls[index]))
    for at in range(0, len(order), streams):
        members = order[at : at + streams]
        longest = len(rolls[members[-1]])
        batch = Batch(
            *(np.zeros((len(members), longest, *rest), np.float32) for rest in ((layout.size,), (layout.keys,), (), ()))
        )
        for row, index in enumerate(members):
            length = len(rolls[index])
            batch.inputs[row, :length] = layout.inputs(rolls[index])
            batch.due[row, :length] = rolls[index]
            batch.keep[row, 1:length] = 1
            batch.counts[row, :length] = 1
        yield members, batch


def _laid(parts: Sequence[Roll], streams: int, length: int) -> Roll:
    """Sequences end to end, cut into `streams` of equal length, the last filled up with zeros."""
    row = np.concatenate(parts)
    out = np.zeros((streams * length, *row.shape[1:]), np.uint8)
    out[: len(row)] = row
    return out.reshape(streams, length, *row.shape[1:])
