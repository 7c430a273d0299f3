"""Counting names: whole distributions, the same numbers as counting by hashes, and forms chosen on other pieces."""

import numpy as np
import pytest

from benchmarks.classic.counting import LENGTHS, _Counted, chosen_form
from benchmarks.classic.ngram import Table, counted, score
from training.pieces import Ints

SIZE = 7
RNG = np.random.default_rng(5)
PIECES = [RNG.integers(0, SIZE, 40).tolist() for _ in range(4)]


def as_ids(piece: list[int]) -> Ints:
    return np.array(piece, np.int32).reshape(-1, 1)


def test_every_distribution_sums_to_one_and_leaves_nothing_out() -> None:
    table, own = counted(PIECES[:3], 3), Table(1, 3)
    for at in range(len(PIECES[3])):
        believed = table.refine(np.full(SIZE, 1 / SIZE), PIECES[3], at)
        adapted = own.refine(believed, PIECES[3], at)
        own.learn(PIECES[3], at)
        for probabilities in (believed, adapted):
            assert probabilities.sum() == pytest.approx(1)
            assert (probabilities > 0).all()


def test_counting_by_hashes_finds_the_nats_of_whole_distributions() -> None:
    train, valid, judged = ([as_ids(piece) for piece in pieces] for pieces in (PIECES[:2], PIECES[2:3], PIECES[3:]))
    form, known = chosen_form(train, valid, SIZE), _Counted(train, judged, SIZE)
    static, adapting = counted(PIECES[:2], form.static), counted(PIECES[:2], form.longest)
    assert known.static(0) == pytest.approx(score(counted(PIECES[:2], 0), PIECES[3:], SIZE).nats)
    assert known.static(form.static) == pytest.approx(score(static, PIECES[3:], SIZE).nats)
    assert known.adapting(form.longest, form.adapts_from) == pytest.approx(
        score(adapting, PIECES[3:], SIZE, form.adapts_from).nats
    )


def test_adapting_learns_from_the_piece_and_not_from_the_one_before() -> None:
    repeating = [[0, 3, 1, 6, 2] * 12]
    table = counted(PIECES, 3)
    static, adapting = (score(table, repeating, SIZE, least) for least in (None, 1))
    assert adapting.nats < static.nats - 1
    assert adapting.top1 > 0.8
    assert score(table, repeating * 2, SIZE, 1).nats == pytest.approx(adapting.nats)


def test_the_forms_are_chosen_on_the_validation_pieces() -> None:
    train, valid = ([as_ids(piece)] for piece in ([0, 1, 2] * 20, [0, 1, 2] * 10))
    form = chosen_form(train, valid, SIZE)
    assert form.longest in LENGTHS
    assert form.nats < 0.1
