"""Counting names: whole distributions, the same numbers as counting by hashes, and forms chosen on other pieces."""

import numpy as np
import pytest

from training.classic.ngram import LENGTHS, Table, counted, counting, nats, score
from training.counts import Level, chain, mixed
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


def test_it_is_the_interpolation_of_the_other_counts() -> None:
    def contexts(pieces: list[list[int]], length: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
        rows = []
        for piece in pieces:
            before = np.array([-1] * length + piece)
            rows.append(np.stack([before[at : at + len(piece)] for at in range(length)] or [np.zeros(len(piece), int)]))
        hashes = np.zeros(sum(map(len, pieces)), np.uint64)
        for symbols in np.concatenate(rows, axis=1)[::-1] if length else ():
            hashes = mixed(hashes, symbols)
        return hashes

    known, asked = np.concatenate(PIECES[:3]), np.array(PIECES[3])
    tallies = [Level(contexts(PIECES[:3], n), known).tally(contexts(PIECES[3:], n), asked) for n in range(3)]
    wanted = -np.log(chain(tallies, np.full(len(asked), 1 / SIZE))).mean()
    assert score(counted(PIECES[:3], 2), PIECES[3:], SIZE).nats == pytest.approx(wanted)


@pytest.mark.parametrize("adapts_from", [None, 0, 1, 2])
def test_the_quick_count_finds_the_same_nats(adapts_from: int | None) -> None:
    table = counted(PIECES[:2], 3)
    assert nats(table, PIECES[2:], SIZE, adapts_from) == pytest.approx(score(table, PIECES[2:], SIZE, adapts_from).nats)


def test_adapting_learns_from_the_piece_and_not_from_the_one_before() -> None:
    repeating = [[0, 3, 1, 6, 2] * 12]
    table = counted(PIECES, 3)
    static, adapting = (score(table, repeating, SIZE, least) for least in (None, 1))
    assert adapting.nats < static.nats - 1
    assert adapting.top1 > 0.8
    assert score(table, repeating * 2, SIZE, 1).nats == pytest.approx(adapting.nats)


def test_the_forms_are_chosen_on_the_validation_pieces() -> None:
    train, valid, judged = ([as_ids(piece)] for piece in ([0, 1, 2] * 20, [0, 1, 2] * 10, PIECES[0]))
    found = counting(train, valid, judged, SIZE)
    assert found.form[0] in LENGTHS
    assert found.chosen_at < 0.1
    assert found.unigram.nats == pytest.approx(score(counted([[0, 1, 2] * 20], 0), [PIECES[0]], SIZE).nats)
