"""Pieces to batches: parallel streams of pieces end to end, cut into chunks whose state is carried on to the next.

A piece of N notes is N + 1 steps: START foretells the first note, the last note foretells END. `carry_mask` is 0 where
a piece starts, which clears the state there: every piece is learned and validated from the state a session begins in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midi.tokens import CONTEXTS, DURATION, PITCH, VELOCITY, VOICE, WAIT, Field
from training.encoding import EncodedPiece, column, without_bars
from training.pieces import Ints
from training.roles import assign_roles
from training.steps import Batch, Steps, joined, packed_steps, padding, stacked, steps_of

TRITONE = 6
DURATION_UNKNOWN = 0.1
"""Share of the input durations hidden in training: a live note is taken in at its onset, its length not yet known."""
VELOCITY_UNKNOWN = 0.05
ALL_VELOCITY_UNKNOWN = 0.1
"""Share of the pieces whose dynamics are hidden throughout: a score, or a keyboard without them."""

BARS_UNKNOWN = 0.4
"""Share of the pieces whose places in the bar are hidden throughout: a jam without a clock."""


def transpositions(pitches: Ints) -> range:
    """By how many semitones a piece with these pitches may move, within a tritone and the keyboard."""
    low, high = int(pitches.min()), int(pitches.max())
    return range(max(-TRITONE + 1, -low), min(TRITONE, PITCH.size - 1 - high) + 1)


@dataclass(frozen=True, slots=True)
class Replay:
    """Pieces to rehearse while others are learned, and the share of every batch that is theirs, 0 to 1."""

    pieces: Sequence[EncodedPiece]
    share: float

    def streams(self, total: int) -> int:
        """Count the streams that are theirs, of two or more: one at least, and not all."""
        return min(total - 1, max(1, round(self.share * total)))


class Streams:
    """Endless training batches. Everything drawn comes from `rng`; `snapshot` and `restore` make a run resumable."""

    def __init__(
        self,
        pieces: Sequence[EncodedPiece],
        fields: Sequence[Field],
        contexts: Sequence[Field],
        streams: int,
        chunk: int,
        rng: np.random.Generator,
        known: Replay | None = None,
    ) -> None:
        """`pieces`: none is empty; `fields` and `contexts` name the columns of their ids. The last rows are `known`."""
        self._fields, self._inputs = fields, (*fields, *contexts)
        self._chunk = chunk
        self._rng = rng
        theirs = known.streams(streams) if known else 0
        self._sources = [pieces, known.pieces if known else []]
        self._source_of = [0] * (streams - theirs) + [1] * theirs
        self._queues: list[list[int]] = [[], []]
        """For each source, the pieces of this pass not begun yet: a pass takes in each once, in whichever stream."""
        self._pending: list[Steps] = [padding(0, self._inputs, len(fields)) for _ in range(streams)]

    @property
    def notes(self) -> int:
        """The number of notes in one pass through the new pieces, with those rehearsed meanwhile."""
        new = sum(len(piece) for piece in self._sources[0])
        return round(new * len(self._source_of) / self._source_of.count(0))

    def next(self) -> Batch:
        """The next chunk of every stream."""
        return stacked([self._row(stream) for stream in range(len(self._pending))], self._inputs)

    def snapshot(self) -> dict[str, npt.NDArray[np.generic]]:
        """Keep what `restore` needs to go on exactly here: the rest of this pass, of each piece begun; not the rng."""
        kept = {f"queue_{source}": np.array(queue, np.int64) for source, queue in enumerate(self._queues)}
        lengths = np.array([steps.length for steps in self._pending], np.int64)
        return {**kept, "lengths": lengths, **joined(self._pending)._asdict()}

    def restore(self, kept: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Go on where a snapshot was taken."""
        self._queues = [kept[f"queue_{source}"].tolist() for source in range(len(self._queues))]
        cuts = np.cumsum(kept["lengths"])[:-1]
        parts = (np.split(kept[name], cuts) for name in Steps._fields)
        self._pending = [Steps(*row) for row in zip(*parts, strict=True)]

    def _row(self, stream: int) -> Steps:
        parts = [self._pending[stream]]
        while sum(part.length for part in parts) < self._chunk:
            parts.append(self._begin_piece(self._source_of[stream]))
        whole = joined(parts)
        self._pending[stream] = whole.cut(self._chunk, whole.length)
        return whole.cut(0, self._chunk)

    def _begin_piece(self, source: int) -> Steps:
        pieces, queue = self._sources[source], self._queues[source]
        if not queue:
            queue += self._rng.permutation(len(pieces)).tolist()
        steps = steps_of(self._varied(pieces[queue.pop()]), self._inputs, len(self._fields))
        return steps._replace(inputs=self._masked(steps.inputs))

    def _varied(self, piece: EncodedPiece) -> Ints:
        """The piece as it is learned this time: transposed, roles assigned, its bars known or not."""
        ids, pitch, voice = piece.ids.copy(), self._at(PITCH), self._at(VOICE)
        if pitch is not None:
            moves = transpositions(ids[:, pitch])
            ids[:, pitch] += int(self._rng.integers(moves.start, moves.stop))
        if voice is not None:
            ids[:, voice] = assign_roles(piece.parts, ids[:, self._at(WAIT)], self._rng)
        if self._at(CONTEXTS[0]) is not None and self._rng.random() < BARS_UNKNOWN:
            ids = without_bars(ids, self._inputs)
        return ids

    def _masked(self, inputs: Ints) -> Ints:
        """Hide some durations and velocities of the notes taken in (never START's)."""
        duration, velocity = self._at(DURATION), self._at(VELOCITY)
        if duration is not None:
            self._hide(inputs, duration, DURATION_UNKNOWN)
        if velocity is not None:
            all_of_it = self._rng.random() < ALL_VELOCITY_UNKNOWN
            self._hide(inputs, velocity, 1.0 if all_of_it else VELOCITY_UNKNOWN)
        return inputs

    def _hide(self, inputs: Ints, at: int, share: float) -> None:
        hidden = self._rng.random(len(inputs)) < share
        hidden[0] = False
        inputs[hidden, at] = self._inputs[at].unknown

    def _at(self, field: Field) -> int | None:
        return column(self._inputs, field)


def packed(
    pieces: Sequence[Ints], fields: Sequence[Field], contexts: Sequence[Field], streams: int, chunk: int
) -> Iterator[Batch]:
    """Every piece, ids [N, I], once, as it is, for validation: spread evenly over the streams.

    END, the padding and the voice (all is the answer's) do not count.
    """
    columns = (*fields, *contexts)
    voice = column(fields, VOICE)
    for batch in packed_steps([steps_of(piece, columns, len(fields)) for piece in pieces], columns, streams, chunk):
        if voice is not None:
            batch.loss_mask[:, :, voice] = 0
        yield batch
