"""The n-gram's playing: the reference beside a model, drawn by the same code. It never imitates."""

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.evaluation.ngram import Ngram, Past
from exported.heads import Floats, Head
from exported.sampling import Constraint, SamplingOptions, draw
from midi.tokens import Field
from training.baselines import LONGEST
from training.counts import Probabilities
from training.pieces import Ints

REACH = LONGEST + 1
"""Notes before that a note depends on: of the farthest, only from where its interval is counted."""
NOTHING = np.zeros(0, np.float32)


def play(
    ngram: Ngram,
    phrases: Sequence[Ints],
    notes: int,
    options: SamplingOptions,
    seeds: Sequence[int],
    update: Callable[[], object],
) -> list[Ints]:
    """Play `notes` notes after each phrase, ids [P, F], P 0 or more, side by side: ids [notes, F] each, F the fields.

    `update` is called after each note of all.
    """
    played = [[*map(tuple, phrase.tolist())] for phrase in phrases]
    lots = [np.random.default_rng(seed) for seed in seeds]
    for _ in range(notes):
        pasts = [Past.of(np.array(run[-REACH:], np.int32).reshape(-1, len(ngram.fields))).last() for run in played]
        past = Past(*(np.concatenate([getattr(history, what) for history in pasts]) for what in Past.__slots__))
        drawn = np.zeros((len(played), len(ngram.fields)), np.int64)
        for index, field in enumerate(ngram.fields):
            believed = ngram.believed(index, past, drawn[:, 0])
            for row, (run, rng) in enumerate(zip(played, lots, strict=True)):
                drawn[row, index] = _drawn(believed[row], field, options, rng, _constraint(run, int(drawn[row, 0])))
        for run, ids in zip(played, drawn.tolist(), strict=True):
            run.append(tuple(ids))
        update()
    return [np.array(run[len(run) - notes :], np.int32) for run in played]


def _drawn(
    believed: Probabilities, field: Field, options: SamplingOptions, rng: np.random.Generator, constraint: Constraint
) -> int:
    """One field by itself: of a head that is told nothing and knows the answer."""
    nothing: Floats = np.zeros((0, field.size), np.float32)
    head = Head((), (), nothing, np.log(believed).astype(np.float32))
    return draw([head], [field], [NOTHING], None, options, rng, constraint)[0]


def _constraint(run: Sequence[tuple[int, ...]], wait: int) -> Constraint:
    """`draw` sees one field at a time here, so what it would conclude from the wait is told it."""
    if not run:
        return Constraint(wait=0)
    return Constraint(above=run[-1][1] if wait == 0 else None)
