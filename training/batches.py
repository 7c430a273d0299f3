"""Pieces to batches: parallel streams of pieces end to end, cut into chunks whose state is carried on to the next.

A piece of N notes is N + 1 steps: START foretells the first note, the last note foretells END. `carry_mask` is 0 where
a piece starts, which clears the state there: every piece is learned and validated from the state a session begins in.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midi.tokens import CONTEXTS, DEVIATION, DURATION, PEDAL, PITCH, STYLE, VELOCITY, VOICE, WAIT, Field
from training.encoding import EncodedPiece, column, rescaled, without_bars
from training.pieces import Ints
from training.roles import assign_roles
from training.steps import Batch, Steps, joined, packed_steps, padding, stacked, steps_of

TRITONE = 6
Shares = Mapping[str, tuple[float, float]]
HIDDEN: Shares = {
    DURATION.name: (0.1, 0.0),
    VELOCITY.name: (0.05, 0.1),
    DEVIATION.name: (0.05, 0.2),
    PEDAL.name: (0.02, 0.3),
}
"""The share of the inputs hidden note by note, and of the pieces hidden throughout, by field.

A live note is taken in at its onset, its length not yet known; a score has no touch, nor have many keyboards.
"""
BARS_UNKNOWN = 0.4
"""Share of the pieces whose places in the bar are hidden throughout: a jam without a clock."""
STYLE_UNKNOWN = 0.25
"""Share of the pieces whose style is not told."""
SLOWEST, FASTEST = 0.7, 1.5
"""The nominal tempo of music without beats, by chance, against the one it was read at."""


def transpositions(pitches: Ints) -> range:
    """By how many semitones a piece with these pitches may move, within a tritone and the keyboard."""
    low, high = int(pitches.min()), int(pitches.max())
    return range(max(-TRITONE + 1, -low), min(TRITONE, PITCH.size - 1 - high) + 1)


def hide(inputs: Ints, columns: Sequence[Field], shares: Shares, rng: np.random.Generator) -> None:
    """Hide some of what is taken in, [N, I] (never START's), in place."""
    for at, field in enumerate(columns):
        some, throughout = shares.get(field.name, (0.0, 0.0))
        if throughout and rng.random() < throughout:
            some = 1.0
        if some:
            hidden = rng.random(len(inputs)) < some
            hidden[0] = False
            inputs[hidden, at] = field.unknown


def at_any_tempo(ids: Ints, columns: Sequence[Field], rng: np.random.Generator) -> Ints:
    """The ids of music without beats at another nominal tempo, by chance."""
    return rescaled(ids, columns, float(np.exp(rng.uniform(np.log(SLOWEST), np.log(FASTEST)))))


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
        piece = pieces[queue.pop()]
        steps = steps_of(self._varied(piece), self._inputs, len(self._fields), has_beats=piece.has_beats)
        hide(steps.inputs, self._inputs, HIDDEN, self._rng)
        return steps

    def _varied(self, piece: EncodedPiece) -> Ints:
        """The piece as it is learned this time: moved in pitch and tempo, roles assigned, contexts told or not."""
        ids, pitch, voice, style = piece.ids.copy(), self._at(PITCH), self._at(VOICE), self._at(STYLE)
        if pitch is not None:
            moves = transpositions(ids[:, pitch])
            ids[:, pitch] += int(self._rng.integers(moves.start, moves.stop))
        if not piece.has_beats:
            ids = at_any_tempo(ids, self._inputs, self._rng)
        if voice is not None:
            ids[:, voice] = assign_roles(piece.parts, ids[:, self._at(WAIT)], self._rng)
        if self._at(CONTEXTS[0]) is not None and self._rng.random() < BARS_UNKNOWN:
            ids = without_bars(ids, self._inputs)
        if style is not None and self._rng.random() < STYLE_UNKNOWN:
            ids[:, style] = STYLE.unknown
        return ids

    def _at(self, field: Field) -> int | None:
        return column(self._inputs, field)


def packed(
    pieces: Sequence[EncodedPiece], fields: Sequence[Field], contexts: Sequence[Field], streams: int, chunk: int
) -> Iterator[Batch]:
    """Every piece once, as it is, for validation: spread evenly over the streams.

    END, the padding and the voice (all is the answer's) do not count.
    """
    columns = (*fields, *contexts)
    voice = column(fields, VOICE)
    steps = [steps_of(piece.ids, columns, len(fields), has_beats=piece.has_beats) for piece in pieces]
    for batch in packed_steps(steps, columns, streams, chunk):
        if voice is not None:
            batch.loss_mask[:, :, voice] = 0
        yield batch
