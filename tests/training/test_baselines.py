"""Counting: every baseline is a probability over its whole alphabet, and adapting learns from the piece alone."""

import math

import numpy as np
import pytest

from exported.card import SOUND
from midi.tokens import CONTEXTS, FIELDS, Field
from tests.training.music import BARS, melody, work
from training.baselines import ADAPTS_FROM, _History, baselines
from training.counts import Drawings, chain, counted, mixed, so_far, static, within
from training.encoding import tokens
from training.pieces import Ints

TOLD = FIELDS[1:]
"""What is counted: all but the voice."""
MUSIC = [tokens(work("a", melody(seed, velocity=80)), TOLD) for seed in range(8)]


def hashes(*contexts: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
    return mixed(np.zeros(len(contexts), np.uint64), np.array(contexts))


def test_interpolation_is_witten_and_bells() -> None:
    known = Drawings([hashes(1, 1, 1, 2)], np.array([5, 5, 6, 5]))
    tally = counted(known, Drawings([hashes(1, 1, 1, 3)], np.array([5, 6, 7, 5])), 0)
    assert tally.follows.tolist() == [2, 1, 0, 0]
    assert tally.occurs.tolist() == [3, 3, 3, 0]
    assert tally.distinct.tolist() == [2, 2, 2, 0]
    base = np.full(4, 0.25)
    assert chain([tally], base) == pytest.approx([(2 + 0.5) / 5, (1 + 0.5) / 5, 0.5 / 5, 0.25])


def test_counts_so_far_know_only_what_came_before() -> None:
    tally = so_far(hashes(1, 1, 2, 1, 1), np.array([5, 5, 5, 6, 5]))
    assert tally.follows.tolist() == [0, 1, 0, 0, 2]
    assert tally.occurs.tolist() == [0, 1, 0, 2, 3]
    assert tally.distinct.tolist() == [0, 1, 0, 1, 2]


@pytest.mark.parametrize("field", TOLD, ids=lambda field: field.name)
def test_the_probabilities_of_all_classes_sum_to_one(field: Field) -> None:
    column = TOLD.index(field)
    known = _History(MUSIC, TOLD)
    variants = []
    for drawn in range(field.size):
        piece = MUSIC[3][:30].copy()
        piece[-1, column] = drawn
        variants.append(piece)
    asked = _History(variants, TOLD)
    last = np.cumsum([len(piece) for piece in variants]) - 1
    for known_part, asked_part in zip(known.views(field), asked.views(field), strict=True):
        foretold = static(known_part, asked_part, field.size)[-1]
        assert foretold[last].sum() == pytest.approx(1)
        assert chain(within(asked_part, asked)[ADAPTS_FROM:], foretold)[last].sum() == pytest.approx(1)
        assert (foretold > 0).all()


def test_a_unigram_costs_the_cross_entropy_of_the_frequencies() -> None:
    piece = MUSIC[0].copy()
    piece[:, 2] = [5, 7] * 30
    known = baselines([piece], [piece], TOLD)
    probability = (30 + 2 / TOLD[2].size) / (60 + 2)
    assert known.unigram[2] == pytest.approx(-math.log(probability))


def test_more_context_foretells_better_and_adapting_better_still_where_a_piece_repeats_itself() -> None:
    new = tokens(work("b", melody(99, 30, velocity=80)), TOLD)
    repeating: Ints = np.tile(new, (6, 1))
    known = baselines(MUSIC, [repeating], TOLD)
    assert sum(known.adaptive) < sum(known.ngram) - 1
    again = baselines(MUSIC, MUSIC, TOLD)
    assert sum(again.ngram) < sum(again.unigram) - 1


def test_the_past_does_not_reach_over_the_beginning_of_a_piece() -> None:
    history = _History([MUSIC[0][:3], MUSIC[1][:2]], TOLD)
    pitch = history.symbols["pitch"]
    assert history.before(pitch, 1).tolist()[0] == -1
    assert history.before(pitch, 1).tolist()[3] == -1
    assert history.before(pitch, 2).tolist()[2] == pitch[0]


def test_velocities_that_the_music_does_not_tell_cost_nothing() -> None:
    silent = MUSIC[0].copy()
    silent[:, 3] = TOLD[3].unknown
    assert baselines(MUSIC, [silent], TOLD).ngram[3] == 0


def test_whose_a_note_is_costs_nothing_and_its_place_in_the_bar_is_not_counted() -> None:
    inputs = (*FIELDS, *CONTEXTS)
    told = [tokens(work("a", melody(seed, velocity=80), bars=BARS), inputs) for seed in range(8)]
    with_voice, without = baselines(told, told[:2], FIELDS), baselines(MUSIC, MUSIC[:2], TOLD)
    for mine, its in zip(
        (with_voice.unigram, with_voice.ngram, with_voice.adaptive),
        (without.unigram, without.ngram, without.adaptive),
        strict=True,
    ):
        assert mine == pytest.approx((0, *its))


def test_names_of_sounds_are_counted_within_the_piece_from_one_name_on() -> None:
    repeating: Ints = np.tile(np.array([[0], [3], [1], [6], [2]], np.int32), (12, 1))
    known = baselines([np.arange(7, dtype=np.int32).reshape(-1, 1)], [repeating], [Field(SOUND, 7)])
    assert known.adaptive[0] < known.ngram[0] - 1


def test_without_beats_a_wait_only_counts_whether_it_is_none() -> None:
    piece = MUSIC[0].copy()
    piece[:, 0] = np.tile([0, 0, 0, 7, 0, 0, 0, 11], 8)[: len(piece)]
    wait = baselines([piece], [piece], TOLD, has_beats=False).unigram[0]
    share = (piece[:, 0] == 0).mean()
    assert wait == pytest.approx(-(share * math.log(share) + (1 - share) * math.log(1 - share)), abs=0.05)


def test_names_are_counted_by_the_contexts_that_do_best() -> None:
    """On names by chance long contexts only mislead: what is reported is as good as the shortest context's."""
    rng = np.random.default_rng(3)
    pieces = [rng.integers(0, 12, (60, 1)).astype(np.int32) for _ in range(6)]
    found = baselines(pieces[:4], pieces[4:], [Field(SOUND, 12)])
    known, asked = (_History(some, [Field(SOUND, 12)]).views(Field(SOUND, 12))[0] for some in (pieces[:4], pieces[4:]))
    by_length = static(known, asked, 12)
    assert found.ngram[0] == pytest.approx(-np.log(by_length[1]).mean())
    assert -np.log(by_length[-1]).mean() > found.ngram[0] + 0.05
