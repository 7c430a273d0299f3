"""Pieces to batches: parallel streams of pieces end to end, cut into chunks whose state is carried on to the next.

A piece of N notes is N + 1 steps: START foretells the first note, the last note foretells END. `keep` is 0 where a
piece starts, which clears the state there: every piece is learned and validated from the state a session begins in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midi.tokens import DURATION, END, FIELDS, PITCH, VELOCITY, Field
from training.works import Ints

Floats = npt.NDArray[np.float32]

TRITONE = 6
DURATION_UNKNOWN = 0.1
"""Share of the input durations hidden in training: a live note is taken in at its onset, its length not yet known."""
VELOCITY_UNKNOWN = 0.05
ALL_VELOCITY_UNKNOWN = 0.1
"""Share of the pieces whose dynamics are hidden throughout: a score, or a keyboard without them."""

_PITCH, _DURATION, _VELOCITY = (FIELDS.index(field) for field in (PITCH, DURATION, VELOCITY))


@dataclass(frozen=True, slots=True)
class Batch:
    """Arrays [B, T, F]: the note taken in, the note to foretell, 1 where that counts; `keep` [B, T] is 0 at starts."""

    given: Ints
    due: Ints
    counts: Floats
    keep: Floats


@dataclass(frozen=True, slots=True)
class _Steps:
    """A piece as steps: arrays [N + 1, F], and the rows of `Batch` they will be."""

    given: Ints
    due: Ints
    counts: Floats


def transposed(piece: Ints, semitones: int) -> Ints:
    """A piece's tokens [N, F], moved; the caller sees to it that no pitch leaves 0 to 127."""
    moved = piece.copy()
    moved[:, _PITCH] += semitones
    return moved


def transpositions(piece: Ints) -> range:
    """By how many semitones a piece may move, within a tritone and the keyboard."""
    low, high = int(piece[:, _PITCH].min()), int(piece[:, _PITCH].max())
    return range(max(-TRITONE + 1, -low), min(TRITONE, PITCH.size - 1 - high) + 1)


class Streams:
    """Endless training batches. Everything drawn comes from `rng`; `snapshot` and `restore` make a run resumable."""

    def __init__(
        self, pieces: Sequence[Ints], fields: Sequence[Field], streams: int, chunk: int, rng: np.random.Generator
    ) -> None:
        """`pieces` are tokens [N, F] each, none empty; batches have shape [streams, chunk, F]."""
        self._pieces = pieces
        self._fields = fields
        self._chunk = chunk
        self._rng = rng
        self._queue: list[int] = []
        """Pieces of this pass not begun yet; all streams draw from it, so that a pass takes in each piece once."""
        self._pending: list[_Steps] = [_nothing(fields) for _ in range(streams)]

    @property
    def notes(self) -> int:
        """How many notes one pass has."""
        return sum(len(piece) for piece in self._pieces)

    def next(self) -> Batch:
        """The next chunk of every stream."""
        rows = [self._row(stream) for stream in range(len(self._pending))]
        given = np.stack([row.given for row in rows])
        return Batch(
            given,
            np.stack([row.due for row in rows]),
            np.stack([row.counts for row in rows]),
            _keep(given, self._fields),
        )

    def snapshot(self) -> dict[str, npt.NDArray[np.generic]]:
        """What `restore` needs to go on exactly here: the rest of this pass, of each piece begun; not the rng."""
        return {
            "queue": np.array(self._queue, np.int64),
            "lengths": np.array([len(steps.given) for steps in self._pending], np.int64),
            "given": np.concatenate([steps.given for steps in self._pending]),
            "due": np.concatenate([steps.due for steps in self._pending]),
            "counts": np.concatenate([steps.counts for steps in self._pending]),
        }

    def restore(self, kept: dict[str, npt.NDArray[np.generic]]) -> None:
        """Go on where a snapshot was taken."""
        self._queue = [int(index) for index in kept["queue"]]
        cuts = np.cumsum(kept["lengths"])[:-1]
        parts = (np.split(kept[name], cuts) for name in ("given", "due", "counts"))
        self._pending = [_Steps(*row) for row in zip(*parts, strict=True)]

    def _row(self, stream: int) -> _Steps:
        parts = [self._pending[stream]]
        while sum(len(part.given) for part in parts) < self._chunk:
            parts.append(self._begin_piece())
        whole = _joined(parts)
        self._pending[stream] = _cut(whole, self._chunk, len(whole.given))
        return _cut(whole, 0, self._chunk)

    def _begin_piece(self) -> _Steps:
        if not self._queue:
            self._queue = self._rng.permutation(len(self._pieces)).tolist()
        piece = self._pieces[self._queue.pop()]
        moves = transpositions(piece)
        steps = _steps(transposed(piece, int(self._rng.integers(moves.start, moves.stop))), self._fields)
        return _Steps(self._masked(steps.given), steps.due, steps.counts)

    def _masked(self, given: Ints) -> Ints:
        """Hide some durations and velocities of the notes taken in (never START's)."""
        hidden = self._rng.random(len(given)) < DURATION_UNKNOWN
        hidden[0] = False
        given[hidden, _DURATION] = self._fields[_DURATION].unknown
        if len(self._fields) > _VELOCITY:
            all_of_it = self._rng.random() < ALL_VELOCITY_UNKNOWN
            hidden = self._rng.random(len(given)) < (1.0 if all_of_it else VELOCITY_UNKNOWN)
            hidden[0] = False
            given[hidden, _VELOCITY] = self._fields[_VELOCITY].unknown
        return given


def packed(pieces: Sequence[Ints], fields: Sequence[Field], streams: int, chunk: int) -> Iterator[Batch]:
    """Every piece once, as it is, for validation: spread evenly over the streams; END and the padding do not count."""
    rows: list[list[_Steps]] = [[] for _ in range(streams)]
    lengths = [0] * streams
    for piece in sorted(pieces, key=len, reverse=True):
        shortest = lengths.index(min(lengths))
        steps = _steps(piece, fields)
        steps.counts[-1] = 0
        rows[shortest].append(steps)
        lengths[shortest] += len(steps.given)
    longest = -(-max(lengths) // chunk) * chunk
    padded = [_joined([*row, _padding(longest - length, fields)]) for row, length in zip(rows, lengths, strict=True)]
    for start in range(0, longest, chunk):
        cuts = [_cut(row, start, start + chunk) for row in padded]
        given = np.stack([cut.given for cut in cuts])
        due, counts = np.stack([cut.due for cut in cuts]), np.stack([cut.counts for cut in cuts])
        yield Batch(given, due, counts, _keep(given, fields))


def _steps(piece: Ints, fields: Sequence[Field]) -> _Steps:
    start = np.array([[field.start for field in fields]], np.int32)
    end = np.zeros((1, len(fields)), np.int32)
    end[0, 0] = END
    due = np.concatenate([piece, end])
    drawable = np.array([field.size for field in fields])
    counts = (due < drawable).astype(np.float32)  # an unknown velocity teaches nothing
    counts[-1, 1:] = 0
    return _Steps(np.concatenate([start, piece]), np.where(counts > 0, due, 0).astype(np.int32), counts)


def _nothing(fields: Sequence[Field]) -> _Steps:
    return _padding(0, fields)


def _padding(length: int, fields: Sequence[Field]) -> _Steps:
    ids = np.zeros((length, len(fields)), np.int32)
    return _Steps(ids, ids, np.zeros(ids.shape, np.float32))


def _joined(parts: Sequence[_Steps]) -> _Steps:
    return _Steps(
        np.concatenate([part.given for part in parts]),
        np.concatenate([part.due for part in parts]),
        np.concatenate([part.counts for part in parts]),
    )


def _cut(steps: _Steps, start: int, stop: int) -> _Steps:
    return _Steps(steps.given[start:stop], steps.due[start:stop], steps.counts[start:stop])


def _keep(given: Ints, fields: Sequence[Field]) -> Floats:
    started: npt.NDArray[np.bool_] = given[:, :, 0] == fields[0].start
    return (~started).astype(np.float32)
