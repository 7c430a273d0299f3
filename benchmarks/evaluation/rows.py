"""Rows of figures: one way of predicting, on each piece, on each collection, on all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.evaluation.ngram import Ngram, Past
from exported.imitation import Imitation
from midi.notes import ANSWER
from midi.tokens import VOICE, Field
from training.counts import Probabilities
from training.encoding import column, encode_piece, tokens, without_bars
from training.evaluate import Figures, evaluate
from training.pieces import Ints, Piece
from training.roles import accompanied
from training.stepper import Stepper

Bools = npt.NDArray[np.bool_]
Update = Callable[[int], object]
"""Told how many notes more are done."""


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one way of predicting; `by_collection` is empty where there is one collection only."""

    title: str
    whole: Figures
    by_collection: dict[str, Figures]


@dataclass(frozen=True, slots=True)
class Exam:
    """Works to be predicted, and their token ids, [N, I] each, by the model's inputs; only the answer's notes count."""

    works: tuple[Piece, ...]
    ids: tuple[Ints, ...]
    inputs: tuple[Field, ...]

    @classmethod
    def solo(cls, works: Sequence[Piece], inputs: Sequence[Field]) -> "Exam":
        """All notes are the answer's."""
        return cls(tuple(works), tuple(tokens(work, inputs) for work in works), tuple(inputs))

    @classmethod
    def accompanying(cls, works: Sequence[Piece], inputs: Sequence[Field], seed: int = 0) -> "Exam":
        """The works in several parts, some of which, by chance, are the human's."""
        voice, rng = column(inputs, VOICE), np.random.default_rng(seed)
        several = tuple(work for work in works if len(np.unique(work.notes[:, 5])) > 1)
        ids = []
        for work in several:
            encoded = encode_piece(work, inputs)
            encoded.ids[:, voice] = accompanied(encoded.parts, rng)
            ids.append(encoded.ids)
        return cls(several, tuple(ids), tuple(inputs))

    @property
    def notes(self) -> int:
        """The notes of all works, the human's too."""
        return sum(map(len, self.ids))

    def mine(self, ids: Ints) -> Bools:
        """A mark for each note, ids [B, I], that is the answer's."""
        voice = column(self.inputs, VOICE)
        return np.ones(len(ids), bool) if voice is None else ids[:, voice] == ANSWER

    def row(self, title: str, parts: Sequence[Figures]) -> Row:
        """Figures of each work as a row."""
        tallies = np.array(
            [self._tally(ids[self.mine(ids)], part.fields) for ids, part in zip(self.ids, parts, strict=True)]
        )
        by_collection = {}
        for name in collections(self.works):
            of_it = [index for index, work in enumerate(self.works) if work.collection == name]
            by_collection[name] = pooled([parts[index] for index in of_it], tallies[of_it])
        return Row(title, pooled(parts, tallies), by_collection)

    def _tally(self, ids: Ints, fields: Sequence[Field]) -> list[int]:
        """In how many of these notes each field is told."""
        return [int((ids[:, column(self.inputs, field)] < field.size).sum()) for field in fields]


def collections(works: Sequence[Piece]) -> list[str]:
    """Their names in order; nothing where all works are of one."""
    names = sorted({work.collection for work in works})
    return names if len(names) > 1 else []


def pooled(parts: Sequence[Figures], tallies: Ints) -> Figures:
    """Figures of pieces as figures of all their notes; `tallies` [P, F], in how many notes a field is told."""
    weights = tallies / np.maximum(tallies.sum(axis=0), 1)
    nats, top1 = (
        tuple((np.array([getattr(part, what) for part in parts]) * weights).sum(axis=0).tolist())
        for what in ("nats", "top1")
    )
    return Figures(parts[0].fields, sum(part.notes for part in parts), nats, top1)


def model_row(
    title: str, stepper: Stepper, exam: Exam, imitate: float, how: Imitation, update: Update, *, bars: bool
) -> Row:
    """A model's row: its step on one note of one piece at a time, as the daemon plays; `bars`: it knows them."""
    parts = []
    for ids in exam.ids:
        parts.append(evaluate(stepper, [ids if bars else without_bars(ids, exam.inputs)], imitate, how, exam.mine))
        update(len(ids))
    return exam.row(title, parts)


def counting_rows(ngram: Ngram, exam: Exam, update: Update) -> list[Row]:
    """The rows of counting: by frequency, by n-gram, by n-gram that counts within the piece as well."""
    titles = ("unigram", "n-gram", "n-gram, adapting within the piece")
    parts: list[list[Figures]] = [[], [], []]
    for ids in exam.ids:
        for row, figures in zip(parts, _counting(ngram, ids[:, ngram.columns], exam.mine(ids)), strict=True):
            row.append(figures)
        update(len(ids))
    return [exam.row(title, part) for title, part in zip(titles, parts, strict=True)]


def _counting(ngram: Ngram, ids: Ints, mine: Bools) -> Iterator[Figures]:
    """Unigram, n-gram, adapting n-gram, on one piece, ids [N, fields of the n-gram]."""
    past, due = Past.of(ids).to_last(), ids.astype(np.int64)
    for way in ("unigram", "static", "adaptive"):
        marks = []
        for index, field in enumerate(ngram.fields):
            if way == "unigram":
                believed = np.broadcast_to(ngram.unigram(index), (len(ids), field.size))
            else:
                believed = ngram.believed(index, past, due[:, 0], due[:, index] if way == "adaptive" else None)
            rows = np.flatnonzero(mine & (due[:, index] < field.size))
            marks.append(_marks(believed[rows], due[rows, index]))
        nats, top1 = zip(*marks, strict=True)
        yield Figures(ngram.fields, int(mine.sum()), nats, top1)


def _marks(believed: Probabilities, due: npt.NDArray[np.int64]) -> tuple[float, float]:
    """Nats a note, and the share of notes whose class was the likeliest."""
    if not len(due):
        return 0.0, 0.0
    return float(-np.log(believed[np.arange(len(due)), due]).mean()), float((believed.argmax(axis=1) == due).mean())
