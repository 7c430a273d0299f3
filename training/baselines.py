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
from training.counts import Drawings, Ids, Joined, Probabilities, chain, static, within
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


class _History(Joined):
    """Pieces end to end, and the symbols of their notes that contexts are made of."""

    def __init__(self, pieces: Sequence[Ints]) -> None:
        super().__init__([len(piece) for piece in pieces])
        self.tokens = np.concatenate(pieces).astype(np.int64)
        self.wait, self.pitch, self.duration = self.tokens.T[:3]
        self.rhythm = self.wait * 1000 + self.duration
        self.chord = (self.wait == 0).astype(np.int64)
        self.interval = (self.pitch - self.before(self.pitch, 1)) % 128

    def view(self, past: Ids, now: Sequence[Ids], drawn: Ids) -> Drawings:
        """One n-gram's sight of these notes."""
        return Drawings(self.contexts(past, LONGEST, now), drawn)


View = Callable[[_History], list[Drawings]]
"""The n-grams of a history to mix evenly."""


def _wait_view(history: _History) -> list[Drawings]:
    return [history.view(history.rhythm, [], history.wait)]


def _pitch_view(history: _History) -> list[Drawings]:
    return [history.view(symbols, [history.chord], symbols) for symbols in (history.pitch, history.interval)]


def _duration_view(history: _History) -> list[Drawings]:
    return [history.view(history.rhythm, [history.wait], history.duration)]


def _velocity_view(history: _History) -> list[Drawings]:
    velocity = history.tokens[:, 3]
    return [history.view(velocity, [history.chord], velocity)]


_VIEWS: tuple[View, ...] = (_wait_view, _pitch_view, _duration_view, _velocity_view)


def _score(view: View, known: _History, asked: _History, fields: Sequence[Field]) -> tuple[float, float, float]:
    """Nats per note of one field: unigram, static, adaptive."""
    size = fields[_VIEWS.index(view)].size
    views = view(asked)
    counted = [static(its, mine, size) for its, mine in zip(view(known), views, strict=True)]
    ngram = [foretold[-1] for foretold in counted]
    adaptive = [chain(within(mine, asked)[ADAPTS_FROM:], foretold) for mine, foretold in zip(views, ngram, strict=True)]
    counts = views[0].drawn < size  # a velocity that the file does not tell is not foretold either
    unigram = counted[0][0]
    return _nats(unigram, counts), _nats(np.mean(ngram, axis=0), counts), _nats(np.mean(adaptive, axis=0), counts)


def _nats(probabilities: Probabilities, counts: npt.NDArray[np.bool_]) -> float:
    return float(-np.log(probabilities)[counts].mean()) if counts.any() else 0.0
