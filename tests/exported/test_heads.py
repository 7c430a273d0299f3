"""A head's arithmetic, one row or many, and which table answers to which column of a token."""

import numpy as np
import pytest

from exported.card import conditions
from exported.heads import Floats, Head, heads_of
from midi.tokens import CONTEXTS, FIELDS, Field

RNG = np.random.default_rng(0)
HIDDEN: Floats = np.array([1.0, -1.0], np.float32)
TABLE: Floats = np.array([[0.0, 0.0], [-3.0, 4.0]], np.float32)
WEIGHTS: Floats = np.array([[1.0, 2.0, 0.0], [10.0, 0.0, 0.0]], np.float32)
HEAD = Head((1,), (TABLE,), WEIGHTS, np.array([0.5, 0.0, 0.0], np.float32))


def test_a_row_is_added_for_what_is_told_and_what_is_below_zero_is_not_heard() -> None:
    assert HEAD.logits(HIDDEN, (9, 0)).tolist() == [1.5, 2.0, 0.0]
    assert HEAD.logits(HIDDEN, (9, 1)).tolist() == [30.5, 0.0, 0.0]


def test_probabilities_are_in_proportion_to_the_exponentials_and_large_logits_do_not_overflow() -> None:
    weights = np.exp([1.5, 2.0, 0.0])
    assert HEAD.probabilities(HIDDEN, (9, 0)) == pytest.approx(weights / weights.sum())
    assert HEAD.probabilities(HIDDEN * 1e4, (9, 0)) == pytest.approx([0, 1, 0])


@pytest.mark.parametrize("rows", [HIDDEN, np.stack([HIDDEN, -2 * HIDDEN])], ids=["one", "many"])
def test_likelihoods_are_probabilities_beside_the_likeliest(rows: Floats) -> None:
    likely = HEAD.likelihoods(rows, (9, 0))
    assert np.array_equal(likely.max(axis=-1), np.ones(rows.shape[:-1]))
    probabilities = HEAD.probabilities(rows, (9, 0))
    assert likely == pytest.approx(probabilities / probabilities.max(axis=-1, keepdims=True))


def test_nothing_that_is_given_is_changed() -> None:
    before = [one.copy() for one in (HIDDEN, TABLE, WEIGHTS, HEAD.bias)]
    HEAD.probabilities(HIDDEN, (9, 1))
    Head((), (), WEIGHTS, HEAD.bias).probabilities(HIDDEN, ())
    assert all(
        np.array_equal(one, other) for one, other in zip(before, (HIDDEN, TABLE, WEIGHTS, HEAD.bias), strict=True)
    )


def test_many_rows_are_each_as_one_alone() -> None:
    rows = RNG.normal(size=(5, 2)).astype(np.float32)
    told = RNG.integers(0, 2, 5)
    together = HEAD.probabilities(rows, (None, told))
    for row, one, ids in zip(together, rows, told, strict=True):
        assert row == pytest.approx(HEAD.probabilities(one, (9, ids)), rel=1e-5)


@pytest.mark.parametrize(("fields", "given"), [(FIELDS, CONTEXTS), (FIELDS[1:4], ()), (FIELDS[1:], CONTEXTS)])
def test_each_table_answers_to_the_column_of_what_it_is_told(
    fields: tuple[Field, ...], given: tuple[Field, ...]
) -> None:
    constants: dict[str, Floats] = {
        f"{later.name}_given_{told.name}": np.full((1, 1), number, np.float32)
        for number, (later, told) in enumerate(conditions(fields, given), start=1)
    }
    for field in fields:
        constants |= {
            f"{field.name}_weights": np.zeros((1, field.size), np.float32),
            f"{field.name}_bias": np.zeros(field.size, np.float32),
        }
    names = [one.name for one in (*fields, *given)]
    for field, head in zip(fields, heads_of(fields, given, constants), strict=True):
        told = [names[column] for column in head.columns]
        assert told == [other.name for later, other in conditions(fields, given) if later is field]
        for name, table in zip(told, head.tables, strict=True):
            assert table[0] == constants[f"{field.name}_given_{name}"]
            assert not table[1:].any(), "what is unknown tells nothing"
