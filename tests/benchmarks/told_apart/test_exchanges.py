"""Phrases and what followed them: cut from pieces, begun at an onset, and put on one grid with the answers."""

import numpy as np

from benchmarks.told_apart.exchanges import (
    ANSWER,
    DURATION,
    FEWEST,
    LOUDNESS,
    ONSET,
    PHRASE,
    PITCH,
    alike,
    exchanges,
    shuffled,
)
from midi.tokens import DURATION_TICKS, WAIT_TICKS
from tests.training.styled_music import piece
from training.pieces import UNKNOWN

PIECES = [piece(f"jazz {seed}", "jazz", seed, 120) for seed in range(3)]


def test_a_phrase_and_its_continuation_stand_so_in_the_piece() -> None:
    for exchange in exchanges(PIECES, 5):
        notes = next(one for one in PIECES if one.piece.name == exchange.piece).piece.notes
        rows = notes[exchange.first : exchange.first + PHRASE + ANSWER]
        got = np.concatenate([exchange.phrase, exchange.truth])
        assert (got[:, PITCH] == rows[:, 2]).all()
        assert (got[:, ONSET] == rows[:, 0] - rows[0, 0]).all()
        assert exchange.truth[0, ONSET] > exchange.phrase[-1, ONSET]


def test_every_piece_has_its_turn_and_the_draw_is_always_the_same() -> None:
    drawn = exchanges(PIECES, 3)
    assert {exchange.piece for exchange in drawn} == {one.piece.name for one in PIECES}
    assert [exchange.first for exchange in drawn] == [exchange.first for exchange in exchanges(PIECES, 3)]


def test_pieces_that_are_too_short_give_nothing() -> None:
    assert exchanges([piece("short", "jazz", 1, PHRASE)], 3) == []


def test_other_continuations_are_of_other_pieces() -> None:
    asked = exchanges(PIECES, 6)
    for exchange, other in zip(asked, shuffled(asked), strict=True):
        assert other is not exchange.truth


def test_a_pair_is_cut_to_one_length_and_begun_at_0() -> None:
    exchange = exchanges(PIECES, 1)[0]
    pair = alike(exchange.phrase[: FEWEST + 1], exchange.truth)
    assert pair is not None
    for rows in pair:
        assert len(rows) == FEWEST + 1
        assert rows[0, ONSET] == 0
        assert set(rows[:, DURATION].tolist()) <= set(DURATION_TICKS)
        assert set(np.diff(rows[:, ONSET]).tolist()) <= set(WAIT_TICKS)
    assert alike(exchange.phrase[: FEWEST - 1], exchange.truth) is None


def test_loudness_is_known_of_both_or_of_none() -> None:
    exchange = exchanges(PIECES, 1)[0]
    silent = exchange.truth.copy()
    silent[3, LOUDNESS] = UNKNOWN
    both, none = alike(exchange.phrase, exchange.truth), alike(exchange.phrase, silent)
    assert both is not None
    assert none is not None
    assert all((rows[:, LOUDNESS] != UNKNOWN).all() for rows in both)
    assert all((rows[:, LOUDNESS] == UNKNOWN).all() for rows in none)
