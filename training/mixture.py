"""Training batches of several styles, each with its share of the notes whatever its size.

A style takes the next free stream when it is furthest behind its share. Within a style every piece comes once before
any comes again; of a long piece, an excerpt.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from midi.notes import ANSWER, HUMAN
from midi.tokens import CONTEXTS, PITCH, STYLE, VELOCITY, VOICE, WAIT, Field
from training.batches import BARS_UNKNOWN, HIDDEN, STYLE_UNKNOWN, Shares, at_any_tempo, hide, transpositions
from training.encoding import column, without_bars
from training.note_tables.sources import DRUMS
from training.pieces import Ints
from training.roles import assign_roles
from training.steps import Batch, Steps, joined, padding, stacked, steps_of
from training.styled_encoding import EncodedStyle

EXCERPT = 1024
"""Notes at most in a stretch: a piece of 40,000 would keep its stream for hours."""
SHARES_HIDDEN: Shares = dict(HIDDEN) | {VELOCITY.name: (0.05, 0.15)}
"""As in `training.batches`; more of the styles have no dynamics."""
ROLES_AS_WRITTEN = 0.7
"""Share of the songs in which the singer is the human; in the others roles fall by chance."""


class Mixture:
    """Endless batches, their notes by `shares`. Everything drawn comes from `rng`; `snapshot`, `restore` resume."""

    def __init__(
        self,
        pieces: Mapping[str, Sequence[EncodedStyle]],
        shares: Mapping[str, float],
        fields: Sequence[Field],
        contexts: Sequence[Field],
        streams: int,
        chunk: int,
        rng: np.random.Generator,
    ) -> None:
        """`pieces` and `shares` by style: shares above 0, in any unit; no style is empty."""
        self._styles = sorted(pieces)
        self._pieces = pieces
        total = sum(shares[style] for style in self._styles)
        self._shares = np.array([shares[style] / total for style in self._styles])
        self._drawn = np.zeros(len(self._styles))
        """Notes of each style so far."""
        self._queues: dict[str, list[int]] = {style: [] for style in self._styles}
        self._fields, self._inputs = tuple(fields), (*fields, *contexts)
        self._chunk, self._rng = chunk, rng
        self._pending = [padding(0, self._inputs, len(fields)) for _ in range(streams)]

    @property
    def notes(self) -> int:
        """The number of notes in all pieces."""
        return sum(len(piece) for pieces in self._pieces.values() for piece in pieces)

    def drawn(self) -> dict[str, float]:
        """The share of each style in the notes so far."""
        total = max(1.0, float(self._drawn.sum()))
        return {style: float(notes) / total for style, notes in zip(self._styles, self._drawn, strict=True)}

    def next(self) -> Batch:
        """The next chunk of every stream."""
        return stacked([self._row(stream) for stream in range(len(self._pending))], self._inputs)

    def snapshot(self) -> dict[str, npt.NDArray[np.generic]]:
        """Keep what `restore` needs to go on exactly here; not the rng."""
        queues = [(index, piece) for index, style in enumerate(self._styles) for piece in self._queues[style]]
        return {
            "drawn": self._drawn.copy(),
            "queues": np.array(queues, np.int64).reshape(-1, 2),
            "lengths": np.array([steps.length for steps in self._pending], np.int64),
            **joined(self._pending)._asdict(),
        }

    def restore(self, kept: Mapping[str, npt.NDArray[np.generic]]) -> None:
        """Go on where a snapshot was taken."""
        self._drawn = kept["drawn"].astype(np.float64)
        self._queues = {style: [] for style in self._styles}
        for index, piece in kept["queues"].tolist():
            self._queues[self._styles[index]].append(piece)
        ends = np.cumsum(kept["lengths"])[:-1]
        arrays = (np.split(kept[name], ends) for name in Steps._fields)
        self._pending = [Steps(*row) for row in zip(*arrays, strict=True)]

    def _row(self, stream: int) -> Steps:
        parts = [self._pending[stream]]
        while sum(part.length for part in parts) < self._chunk:
            parts.append(self._begin_piece())
        whole = joined(parts)
        self._pending[stream] = whole.cut(self._chunk, whole.length)
        return whole.cut(0, self._chunk)

    def _begin_piece(self) -> Steps:
        """An excerpt of the next piece of the style that is furthest behind its share."""
        due = int(np.argmax(self._shares * (self._drawn.sum() + 1) - self._drawn))
        style = self._styles[due]
        piece = self._pieces[style][self._next_in(style)]
        first = int(self._rng.integers(0, max(1, len(piece) - EXCERPT + 1)))
        excerpt = slice(first, first + EXCERPT)
        self._drawn[due] += len(piece.ids[excerpt])
        ids = self._varied(piece, piece.ids[excerpt], piece.parts[excerpt], style)
        ends = first + EXCERPT >= len(piece)
        steps = steps_of(ids, self._inputs, len(self._fields), has_beats=piece.has_beats, ends=ends)
        hide(steps.inputs, self._inputs, SHARES_HIDDEN, self._rng)
        return steps

    def _next_in(self, style: str) -> int:
        """The next piece of this pass; a long piece stands in it once for each excerpt that it could give."""
        queue = self._queues[style]
        if not queue:
            excerpts = [-(-len(piece) // EXCERPT) for piece in self._pieces[style]]
            queue.extend(self._rng.permutation(np.repeat(np.arange(len(excerpts)), excerpts)).tolist())
        return queue.pop()

    def _varied(self, piece: EncodedStyle, ids: Ints, parts: Ints, style: str) -> Ints:
        """The notes as they are learned this time: moved in pitch and tempo, roles assigned, contexts told or not."""
        ids = ids.copy()
        wait, pitch, voice, told = (column(self._inputs, field) for field in (WAIT, PITCH, VOICE, STYLE))
        if wait is not None:
            ids[0, wait] = 0
        if pitch is not None and style != DRUMS:
            moves = transpositions(ids[:, pitch])
            ids[:, pitch] += int(self._rng.integers(moves.start, moves.stop))
        if not piece.has_beats:
            ids = at_any_tempo(ids, self._inputs, self._rng)
        if voice is not None and wait is not None:
            ids[:, voice] = self._roles(piece, ids[:, wait], parts)
        if column(self._inputs, CONTEXTS[0]) is not None and self._rng.random() < BARS_UNKNOWN:
            ids = without_bars(ids, self._inputs)
        if told is not None and style != DRUMS and self._rng.random() < STYLE_UNKNOWN:
            ids[:, told] = STYLE.unknown
        return ids

    def _roles(self, piece: EncodedStyle, waits: Ints, parts: Ints) -> Ints:
        if piece.human_parts and self._rng.random() < ROLES_AS_WRITTEN:
            return np.where(np.isin(parts, list(piece.human_parts)), HUMAN, ANSWER).astype(np.int32)
        return assign_roles(parts, waits, self._rng)
