"""Judges that learn to tell what followed a phrase from what might have: boosted trees, and a small recurrent net.

Each learns on half of the pieces and is asked about the other half, then the other way round. The figure is the AUC:
0.5 is guessing, 1 is certainty. The surer of the two judges counts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.told_apart.features import Doubles, sequence, stacked, summary
from training.pieces import Ints
from training.style_figures import auc

UNITS, EPOCHS, BATCH, RATE = 32, 25, 32, 3e-3
"""Of the recurrent net."""
FEWEST_PIECES = 2

Judge = Callable[[Doubles, Doubles, Doubles, int], Doubles]
"""From examples, their labels and other examples, the scores of those; the seed last."""


@dataclass(frozen=True, slots=True)
class Example:
    """A phrase of a piece, and what followed it, truly or not; notes [N, 4]."""

    piece: str
    phrase: Ints
    followed: Ints
    is_true: bool


def told_apart(examples: Sequence[Example], seed: int = 0) -> dict[str, float]:
    """AUC by judge, out of the halves they did not learn on; nothing where there are too few pieces."""
    if len({example.piece for example in examples}) < FEWEST_PIECES:
        return {}
    labels = np.array([not example.is_true for example in examples], np.float64)
    halves = _halves(examples, seed)
    views = {
        "trees": (_trees, stacked([summary(one.phrase, one.followed) for one in examples])),
        "recurrent": (_recurrent, stacked([sequence(one.phrase, one.followed) for one in examples])),
    }
    return {name: _across(judge, rows, labels, halves, seed) for name, (judge, rows) in views.items()}


def _halves(examples: Sequence[Example], seed: int) -> npt.NDArray[np.bool_]:
    """A mark for each example of the first half: whole pieces, as many examples in each half as may be."""
    pieces = sorted({example.piece for example in examples})
    order = np.random.default_rng(seed).permutation(len(pieces)).tolist()
    counts = [0, 0]
    half: dict[str, int] = {}
    for index in order:
        smaller = counts.index(min(counts))
        half[pieces[index]] = smaller
        counts[smaller] += sum(example.piece == pieces[index] for example in examples)
    return np.array([half[example.piece] == 0 for example in examples])


def _across(judge: Judge, rows: Doubles, labels: Doubles, first: npt.NDArray[np.bool_], seed: int) -> float:
    values = [
        auc(judge(rows[learned], labels[learned], rows[~learned], seed), labels[~learned])
        for learned in (first, ~first)
    ]
    return float(np.mean([value for value in values if value is not None]))


def _trees(rows: Doubles, labels: Doubles, asked: Doubles, seed: int) -> Doubles:
    from sklearn.ensemble import HistGradientBoostingClassifier

    judge = HistGradientBoostingClassifier(max_iter=150, learning_rate=0.08, min_samples_leaf=8, random_state=seed)
    scores: Doubles = judge.fit(rows, labels).predict_proba(asked)[:, 1]
    return scores


def _recurrent(rows: Doubles, labels: Doubles, asked: Doubles, seed: int) -> Doubles:
    from training import heavy

    heavy.load()
    import keras

    keras.utils.set_random_seed(seed)
    judge = keras.Sequential(
        [
            keras.layers.Input(rows.shape[1:]),
            keras.layers.GRU(UNITS, dropout=0.2),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    judge.compile(keras.optimizers.Adam(RATE), "binary_crossentropy")
    judge.fit(rows, labels, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    scores: Doubles = judge.predict(asked, verbose=0)[:, 0].astype(np.float64)
    return scores
