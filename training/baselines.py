"""Baselines that only count, on the same split: unigram, interpolated n-gram, the same adapting within the piece.

Fields are told in the model's own chain (wait, then pitch given it, then duration given both; not
the voice, which is the answer's throughout), so the nats compare.
Pitch is an even mixture of two n-grams, over pitches and over intervals (modulo 128, so that both sum to one).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midi.tokens import VOICE, Field
from training.counts import Hashes, Ids, Level, Probabilities, chain, mixed, so_far
from training.pieces import Ints

LONGEST = 4
"""Notes of history in the longest context: the best of 3, 4, 5, 7 and 10 on the default corpus' validation pieces."""
ADAPTS_FROM = 4
"""Within a piece only contexts of so many symbols and more are counted (best of 3, 4, 5): shorter ones know less."""

Nats = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Baselines:
    """Nats per note by field, in the order of the fields."""

    unigram: Nats
    ngram: Nats
    adaptive: Nats


def baselines(train: Sequence[Ints], judged: Sequence[Ints], fields: Sequence[Field]) -> Baselines:
    """Count `train`, score `judged`; ids [N, I] each, whose first columns are these fields. The voice costs nothing."""
    columns = [column for column, field in enumerate(fields) if field.name != VOICE.name]
    predicted = [fields[column] for column in columns]
    known, asked = (_History([piece[:, columns] for piece in pieces]) for pieces in (train, judged))
    scores = [_score(view, known, asked, predicted) for view in _VIEWS[: len(predicted)]]
    silent = [(0.0, 0.0, 0.0)] * (len(fields) - len(predicted))
    return Baselines(*(tuple(score[index] for score in [*silent, *scores]) for index in range(3)))


class _History:
    """Pieces end to end, with what stood before each note; -1 where the piece had not begun."""

    def __init__(self, pieces: Sequence[Ints]) -> None:
        self.tokens = np.concatenate(pieces).astype(np.int64)
        self.piece = np.repeat(np.arange(len(pieces)), [len(piece) for piece in pieces])
        starts = np.cumsum([0, *(len(piece) for piece in pieces[:-1])])
        self.place = np.arange(len(self.tokens)) - starts[self.piece]
        self.wait, self.pitch, self.duration = self.tokens.T[:3]
        self.rhythm = self.wait * 1000 + self.duration
        self.chord = (self.wait == 0).astype(np.int64)
        self.interval = (self.pitch - self.before(self.pitch, 1)) % 128

    def before(self, symbols: Ids, notes: int) -> Ids:
        """The symbol so many notes earlier in the same piece."""
        shifted = np.full(len(symbols), -1, np.int64)
        shifted[notes:] = symbols[: max(0, len(symbols) - notes)]
        return np.where(self.place >= notes, shifted, -1)

    def contexts(self, now: Sequence[Ids], past: Ids) -> list[Hashes]:
        """Ever longer contexts: nothing, what is known of this note, then `past` of 1 to LONGEST notes before."""
        hashes = [np.zeros(len(self.tokens), np.uint64)]
        for symbols in now:
            hashes.append(mixed(hashes[-1], symbols))
        for notes in range(1, LONGEST + 1):
            hashes.append(mixed(hashes[-1], self.before(past, notes)))
        return hashes


View = Callable[[_History], list[tuple[list[Hashes], Ids]]]
"""The n-grams of a history to mix evenly: contexts from the shortest, and what was drawn after them."""


def _wait_view(history: _History) -> list[tuple[list[Hashes], Ids]]:
    return [(history.contexts([], history.rhythm), history.wait)]


def _pitch_view(history: _History) -> list[tuple[list[Hashes], Ids]]:
    return [
        (history.contexts([history.chord], history.pitch), history.pitch),
        (history.contexts([history.chord], history.interval), history.interval),
    ]


def _duration_view(history: _History) -> list[tuple[list[Hashes], Ids]]:
    return [(history.contexts([history.wait], history.rhythm), history.duration)]


def _velocity_view(history: _History) -> list[tuple[list[Hashes], Ids]]:
    velocity = history.tokens[:, 3]
    return [(history.contexts([history.chord], velocity), velocity)]


_VIEWS: tuple[View, ...] = (_wait_view, _pitch_view, _duration_view, _velocity_view)


def _score(view: View, known: _History, asked: _History, fields: Sequence[Field]) -> tuple[float, float, float]:
    """Nats per note of one field: unigram, static, adaptive."""
    size = fields[_VIEWS.index(view)].size
    parts = list(zip(view(known), view(asked), strict=True))
    unigram = _static(*parts[0], size, levels=1)
    static = [_static(known_part, asked_part, size) for known_part, asked_part in parts]
    adaptive = [_adapted(part[1], asked.piece, before) for part, before in zip(parts, static, strict=True)]
    counts = view(asked)[0][1] < size  # a velocity that the file does not tell is not foretold either
    return _nats(unigram, counts), _nats(np.mean(static, axis=0), counts), _nats(np.mean(adaptive, axis=0), counts)


def _static(
    known: tuple[list[Hashes], Ids], asked: tuple[list[Hashes], Ids], size: int, levels: int | None = None
) -> Probabilities:
    tallies = [
        Level(contexts, known[1]).tally(wanted, asked[1])
        for contexts, wanted in zip(known[0][:levels], asked[0][:levels], strict=True)
    ]
    return chain(tallies, np.full(len(asked[1]), 1 / size))


def _adapted(asked: tuple[list[Hashes], Ids], piece: Ids, static: Probabilities) -> Probabilities:
    """The static probabilities, overlaid with counts of the piece so far."""
    return chain([so_far(mixed(contexts, piece), asked[1]) for contexts in asked[0][ADAPTS_FROM:]], static)


def _nats(probabilities: Probabilities, counts: npt.NDArray[np.bool_]) -> float:
    return float(-np.log(probabilities)[counts].mean()) if counts.any() else 0.0
