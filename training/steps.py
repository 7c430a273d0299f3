"""A piece as steps: what is taken in and what is due at each, and their batches.

A piece of N notes is N + 1 steps: START foretells the first note, the last note foretells END.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from midi.notes import ANSWER
from midi.tokens import END, VOICE, WAIT, Field
from training.encoding import column
from training.pieces import Ints

Floats = npt.NDArray[np.float32]


class Batch(NamedTuple):
    """Arrays of a chunk: `inputs`, the note taken in; `targets`, the note to foretell, its contexts told.

    Both [B, T, I]; `loss_mask` [B, T, F] is 1 where a field of `targets` counts, `carry_mask` [B, T] is 0 at starts.
    """

    inputs: Ints
    targets: Ints
    loss_mask: Floats
    carry_mask: Floats
    has_beats: Floats | None = None
    """[B, T]: 0 where nobody knows the beats, so that a wait only tells what is struck together; None: all 1."""


class Steps(NamedTuple):
    """Steps of a stream, the rows of a batch to be: arrays [N, I], [N, I], [N, F] and [N]."""

    inputs: Ints
    targets: Ints
    loss_mask: Floats
    has_beats: Floats

    def cut(self, start: int, stop: int) -> "Steps":
        """Some of these steps."""
        rows = slice(start, stop)
        return Steps(self.inputs[rows], self.targets[rows], self.loss_mask[rows], self.has_beats[rows])

    @property
    def length(self) -> int:
        """The number of steps."""
        return len(self.inputs)


def steps_of(ids: Ints, columns: Sequence[Field], drawn: int, *, has_beats: bool = True, ends: bool = True) -> Steps:
    """The steps of a piece, ids [N, I]; so many of the columns are fields, the others contexts.

    `ends` is False for an excerpt, which does not teach that the piece is over.
    """
    start = np.array([[field.start for field in columns]], np.int32)
    end = np.array([[0] * drawn + [context.unknown for context in columns[drawn:]]], np.int32)
    wait, voice = column(columns, WAIT), column(columns, VOICE)
    if voice is not None:
        end[0, voice] = ANSWER  # it is of the answer that the daemon asks whether it is over
    if wait is not None:
        end[0, wait] = END
    targets = np.concatenate([ids, end])
    sizes = np.array([field.size for field in columns[:drawn]])
    drawable = targets[:, :drawn] < sizes
    loss_mask = drawable.astype(np.float32)  # an unknown velocity teaches nothing
    loss_mask[-1] = 0
    if wait is not None and ends:
        loss_mask[-1, wait] = 1
    targets[:, :drawn] = np.where(drawable, targets[:, :drawn], 0)
    beats = np.full(len(targets), has_beats, np.float32)
    return Steps(np.concatenate([start, ids]), targets.astype(np.int32), loss_mask, beats)


def padding(length: int, columns: Sequence[Field], drawn: int) -> Steps:
    """Steps that do not count."""
    ids = np.zeros((length, len(columns)), np.int32)
    return Steps(ids, ids, np.zeros((length, drawn), np.float32), np.ones(length, np.float32))


def joined(parts: Sequence[Steps]) -> Steps:
    """Steps end to end."""
    return Steps(*map(np.concatenate, zip(*parts, strict=True)))


def stacked(rows: Sequence[Steps], columns: Sequence[Field]) -> Batch:
    """Steps of equal length side by side."""
    inputs, targets, loss_mask, has_beats = map(np.stack, zip(*rows, strict=True))
    carry_mask = (inputs[:, :, 0] != columns[0].start).astype(np.float32)
    return Batch(inputs, targets, loss_mask, carry_mask, has_beats)


def packed_steps(pieces: Sequence[Steps], columns: Sequence[Field], streams: int, chunk: int) -> Iterator[Batch]:
    """Every piece once, spread evenly over the streams; their ends and the padding do not count."""
    drawn = pieces[0].loss_mask.shape[1]
    rows: list[list[Steps]] = [[] for _ in range(streams)]
    lengths = [0] * streams
    for piece in sorted(pieces, key=lambda piece: piece.length, reverse=True):
        shortest = lengths.index(min(lengths))
        piece.loss_mask[-1] = 0
        rows[shortest].append(piece)
        lengths[shortest] += piece.length
    longest = -(-max(lengths) // chunk) * chunk
    padded = [
        joined([*row, padding(longest - length, columns, drawn)]) for row, length in zip(rows, lengths, strict=True)
    ]
    for start in range(0, longest, chunk):
        yield stacked([row.cut(start, start + chunk) for row in padded], columns)
