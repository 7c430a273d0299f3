"""Baselines that only count, on the same split: unigram, interpolated n-gram, the same adapting within the piece.

Fields are told in the model's own chain (wait, then pitch given it, then duration given both; not
the voice, which is the answer's throughout), so the nats compare.
Pitch is an even mixture of two n-grams, over pitches and over intervals (modulo 128, so that both sum to one).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exported.card import SOUND
from midi.tokens import VOICE, Field
from training.counts import Drawings, Joined, Probabilities, Tally, chain, static, within
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


_VIEWS: dict[str, tuple[tuple[str, tuple[str, ...], str], ...]] = {
    "wait": (("rhythm", (), "wait"),),
    "pitch": (("pitch", ("chord",), "pitch"), ("interval", ("chord",), "interval")),
    "duration": (("rhythm", ("wait",), "duration"),),
    **{name: ((name, ("chord",), name),) for name in ("velocity", "deviation", "pedal")},
    SOUND: ((SOUND, (), SOUND),),
}
"""The n-grams of a field, mixed evenly: symbols of the notes before, of this note, and those drawn."""


def baselines(
    train: Sequence[Ints], judged: Sequence[Ints], fields: Sequence[Field], *, has_beats: bool = True
) -> Baselines:
    """Count `train`, score `judged`; ids [N, I] each, whose first columns are these fields. The voice costs nothing.

    Without `has_beats` of the wait only counts whether it is 0.
    """
    known, asked = (_History(pieces, fields, has_beats=has_beats) for pieces in (train, judged))
    scores = [(0.0, 0.0, 0.0) if field.name == VOICE.name else _score(field, known, asked) for field in fields]
    return Baselines(*zip(*scores, strict=True))


class _History(Joined):
    """Pieces end to end, and the symbols of their notes that contexts are made of."""

    def __init__(self, pieces: Sequence[Ints], fields: Sequence[Field], *, has_beats: bool = True) -> None:
        super().__init__([len(piece) for piece in pieces])
        ids = np.concatenate(pieces).astype(np.int64)
        self.symbols = {field.name: ids[:, column] for column, field in enumerate(fields)}
        if SOUND not in self.symbols:
            wait, pitch, duration = (self.symbols[name] for name in ("wait", "pitch", "duration"))
            self.symbols["rhythm"] = wait * 1000 + duration
            self.symbols["chord"] = (wait == 0).astype(np.int64)
            if not has_beats:
                self.symbols["wait"] = 1 - self.symbols["chord"]
            self.symbols["interval"] = (pitch - self.before(pitch, 1)) % 128

    def views(self, field: Field) -> list[Drawings]:
        """The sight of these notes that each n-gram of a field has."""
        return [
            Drawings(
                self.contexts(self.symbols[past], LONGEST, [self.symbols[name] for name in now]), self.symbols[drawn]
            )
            for past, now, drawn in _VIEWS[field.name]
        ]


def _score(field: Field, known: _History, asked: _History) -> tuple[float, float, float]:
    """Nats per note of one field: unigram, static, adaptive."""
    views = asked.views(field)
    counts = views[0].drawn < field.size  # a velocity that the file does not tell is not foretold either
    counted = [static(its, mine, field.size) for its, mine in zip(known.views(field), views, strict=True)]
    unigram = _nats(counted[0][0], counts)
    if field.name == SOUND:
        return unigram, *_best(counted[0], within(views[0], asked), counts)
    ngram = [foretold[-1] for foretold in counted]
    adaptive = [chain(within(mine, asked)[ADAPTS_FROM:], its) for mine, its in zip(views, ngram, strict=True)]
    return unigram, _nats(np.mean(ngram, axis=0), counts), _nats(np.mean(adaptive, axis=0), counts)


def _best(
    foretold: Sequence[Probabilities], tallies: Sequence[Tally], counts: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """Static and adaptive nats a name, by the contexts that do best on the judged pieces: that favours counting."""
    lengths = range(1, len(foretold))
    forms = [chain(tallies[least : most + 1], foretold[most]) for most in lengths for least in range(most + 1)]
    return min(_nats(foretold[most], counts) for most in lengths), min(_nats(form, counts) for form in forms)


def _nats(probabilities: Probabilities, counts: npt.NDArray[np.bool_]) -> float:
    return float(-np.log(probabilities)[counts].mean()) if counts.any() else 0.0
