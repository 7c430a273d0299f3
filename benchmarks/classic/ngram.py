"""Counting names: the interpolated n-gram of `training.counts` over one field, with whole distributions.

So the likeliest name is known too. Slower than arrays of hashes, and fast enough for names.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.classic.counting import Form, chosen_form
from training.pieces import Ints

Probabilities = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """Nats a name, and the share of the names that were the likeliest."""

    nats: float
    top1: float

    @property
    def perplexity(self) -> float:
        """exp(nats a name)."""
        return float(np.exp(self.nats))


@dataclass(slots=True)
class Table:
    """Counts of what followed each context, from `shortest` to `longest` names of history."""

    shortest: int
    longest: int
    follows: dict[tuple[int, ...], Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def learn(self, piece: Sequence[int], at: int) -> None:
        """Count the name at a place of a piece, after all its contexts."""
        for context in self._contexts(piece, at):
            self.follows[context][piece[at]] += 1

    def refine(self, believed: Probabilities, piece: Sequence[int], at: int) -> Probabilities:
        """Probabilities [N] of the name at a place, given those of whatever backs this table off (Witten and Bell)."""
        for context in self._contexts(piece, at):
            counted = self.follows.get(context)
            if not counted:
                continue
            weight = counted.total() + len(counted)
            believed = believed * (len(counted) / weight)
            believed[list(counted.keys())] += np.array(list(counted.values())) / weight
        return believed

    def _contexts(self, piece: Sequence[int], at: int) -> Iterator[tuple[int, ...]]:
        """From the shortest; -1 stands before the piece."""
        for length in range(self.shortest, self.longest + 1):
            yield (*[-1] * max(0, length - at), *piece[max(0, at - length) : at])


def counted(pieces: Sequence[Sequence[int]], longest: int) -> Table:
    """The static table of these pieces."""
    table = Table(0, longest)
    for piece in pieces:
        for at in range(len(piece)):
            table.learn(piece, at)
    return table


def score(table: Table, judged: Sequence[Sequence[int]], size: int, adapts_from: int | None = None) -> Score:
    """Foretell pieces of ids below `size`, each from its beginning; `adapts_from`: counting within the piece too."""
    nats, hits, total = 0.0, 0, 0
    for piece in judged:
        own = Table(adapts_from, table.longest) if adapts_from is not None else None
        for at, due in enumerate(piece):
            believed = table.refine(np.full(size, 1 / size), piece, at)
            if own is not None:
                believed = own.refine(believed, piece, at)
                own.learn(piece, at)
            nats -= float(np.log(believed[due]))
            hits += int(believed.argmax()) == due
        total += len(piece)
    return Score(nats / total, hits / total)


class Counting(NamedTuple):
    """The scores of counting, each in the form that was best on the validation pieces."""

    unigram: Score
    ngram: Score
    adaptive: Score
    form: Form


def counting(train: Sequence[Ints], valid: Sequence[Ints], judged: Sequence[Ints], size: int) -> Counting:
    """Count `train`, choose the lengths on `valid`, score `judged`; ids [N, 1] each."""
    known, asked = ([piece[:, 0].tolist() for piece in pieces] for pieces in (train, judged))
    form = chosen_form(train, valid, size)
    return Counting(
        score(counted(known, 0), asked, size),
        score(counted(known, form.static), asked, size),
        score(counted(known, form.longest), asked, size, form.adapts_from),
        form,
    )
