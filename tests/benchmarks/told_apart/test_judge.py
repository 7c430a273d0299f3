"""A judge finds what differs, and does not find what does not."""

import importlib.util

import numpy as np
import pytest

from benchmarks.told_apart.exchanges import ANSWER, PHRASE
from benchmarks.told_apart.features import STEPS, sequence, summary
from benchmarks.told_apart.judge import Example, told_apart
from training.pieces import Ints

PIECES, EACH = 12, 4
needs_judge = pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="needs antiphon[judge]")


def notes(rng: np.random.Generator, count: int, duration: int = 12) -> Ints:
    """A tune of chance on eighths."""
    rows = [np.arange(count) * 12, np.full(count, duration), rng.integers(60, 72, count), np.full(count, 20)]
    return np.column_stack(rows).astype(np.int32)


def examples(false_duration: int) -> list[Example]:
    """True and false continuations that differ in nothing but their durations."""
    rng = np.random.default_rng(1)
    made = []
    for index in range(PIECES * EACH):
        for is_true in (True, False):
            followed = notes(rng, ANSWER, 12 if is_true else false_duration)
            made.append(Example(f"piece {index % PIECES}", notes(rng, PHRASE), followed, is_true))
    return made


@needs_judge
@pytest.mark.needs_trainer
def test_both_judges_tell_what_differs() -> None:
    import tests.training.needs_tensorflow  # noqa: F401 - skips, or brings TensorFlow in quietly

    judged = told_apart(examples(false_duration=6))
    assert judged.keys() == {"trees", "recurrent"}
    assert min(judged.values()) > 0.8


@needs_judge
@pytest.mark.needs_trainer
def test_what_does_not_differ_is_not_told() -> None:
    import tests.training.needs_tensorflow  # noqa: F401 - skips, or brings TensorFlow in quietly

    assert max(told_apart(examples(false_duration=12)).values()) < 0.75


def test_one_piece_alone_cannot_be_judged() -> None:
    one = examples(6)[0]
    assert told_apart([one, one]) == {}


def test_examples_are_numbers_of_one_shape_however_long_the_answer() -> None:
    rng = np.random.default_rng(0)
    phrase = notes(rng, PHRASE)
    shapes = {
        (summary(phrase, notes(rng, count)).shape, sequence(phrase, notes(rng, count)).shape) for count in (8, 24)
    }
    assert len(shapes) == 1
    assert sequence(phrase, notes(rng, 8)).shape[0] == STEPS
    assert np.isfinite(summary(phrase, notes(rng, 8))).all()
