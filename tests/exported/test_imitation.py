"""Imitation: what followed a similar moment is likelier to follow again, and a weight of 0 changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exported.card import IMITATE
from exported.heads import Floats
from exported.imitation import (
    CLOSEST,
    MOST,
    RECENT,
    REMEMBERED,
    SKETCH,
    USUAL_SHARPNESS,
    Ids,
    Imitation,
    Memory,
    looked_back_on,
    unit,
)
from midi.tokens import DURATION, PITCH, VOICE, WAIT

RNG = np.random.default_rng(0)
KEYS: Floats = unit(RNG.normal(size=(50, 8)).astype(np.float32))
TOKENS: Ids = RNG.integers(0, 5, (50, 3)).astype(np.int32)
FIELDS = (WAIT, PITCH, DURATION)
HOW = Imitation(40.0, (0.2, 0.9, 0.9), 0.1)
EVEN: Floats = np.full(5, 0.2, np.float32)


def memory(index: int = 7) -> Memory:
    return Memory.recall(KEYS[index] * 3, KEYS, TOKENS, HOW)


def has_a_say(recalled: Memory, field: int, weight: float) -> bool:
    likely = EVEN.copy()
    recalled.mix_in(likely, field, weight)
    return not np.array_equal(likely, EVEN)


def test_the_note_after_the_very_same_moment_gains_most() -> None:
    mixed = memory(7).mix(EVEN, 1, 0.5)
    assert int(mixed.argmax()) == TOKENS[7, 1]
    assert mixed[TOKENS[7, 1]] > 0.5


@given(index=st.integers(0, 49), weight=st.floats(0, 1), field=st.integers(0, 2))
def test_what_is_mixed_sums_to_one_and_the_model_keeps_a_say(index: int, weight: float, field: int) -> None:
    mixed = memory(index).mix(EVEN, field, weight)
    assert mixed.sum() == pytest.approx(1, abs=1e-5)
    assert (mixed >= (1 - min(HOW.shares[field], MOST)) * 0.2 - 1e-6).all()


def test_the_higher_the_knob_the_more_it_takes_up_from_nothing_to_all() -> None:
    gained = [float(memory().mix(EVEN, 1, weight)[TOKENS[7, 1]]) for weight in (0.0, 0.05, IMITATE, 0.8, 1.0)]
    assert gained == sorted(gained)
    assert gained[0] == pytest.approx(0.2)
    assert gained[1] < gained[-1] - 0.2


@given(index=st.integers(0, 49), weight=st.floats(0, 1), field=st.integers(0, 2), scale=st.floats(0.01, 100))
def test_in_place_the_same_is_mixed_but_for_the_sum(index: int, weight: float, field: int, scale: float) -> None:
    believed: Floats = np.array([0.1, 0.2, 0.4, 0.25, 0.05], np.float32)
    likely = believed * np.float32(scale)
    memory(index).mix_in(likely, field, weight)
    assert likely / likely.sum() == pytest.approx(memory(index).mix(believed, field, weight), rel=1e-4)


def test_of_what_is_mixed_the_votes_have_the_fields_share() -> None:
    believed: Floats = np.array([0.1, 0.2, 0.4, 0.25, 0.05], np.float32)
    for field, share in enumerate(HOW.shares):
        votes = memory().votes(field, believed)
        assert votes is not None
        assert memory().mix(believed, field, IMITATE) == pytest.approx((1 - share) * believed + share * votes, rel=1e-4)


def test_in_place_only_a_class_that_has_votes_gains() -> None:
    before = np.full(9, 1 / 9, np.float32)  # four more classes than the notes have
    likely = before.copy()
    recalled = memory()
    recalled.mix_in(likely, 1, 0.5)
    gained = set(np.flatnonzero(likely != before).tolist())
    assert {token[1] for weight, token in recalled.voters if weight > 0.001} <= gained
    assert gained <= {token[1] for _, token in recalled.voters}
    assert (likely >= before).all()


def test_weight_zero_changes_nothing() -> None:
    assert not has_a_say(memory(), 0, 0.0)
    assert memory().mix(EVEN, 0, 0.0) == pytest.approx(EVEN)


def test_no_memories_change_nothing() -> None:
    empty = Memory.recall(KEYS[0], KEYS[:0], TOKENS[:0], HOW)
    assert not has_a_say(empty, 1, 0.9)


def test_later_fields_hear_only_the_memories_that_agree() -> None:
    recalled = memory()
    recalled.agree(0, 3)
    heard = set(TOKENS[TOKENS[:, 0] == 3, 1].tolist())
    mixed = recalled.mix(EVEN, 1, 1.0)
    assert {int(pitch) for pitch in np.flatnonzero(mixed > 0.02)} <= heard
    recalled.agree(1, 99)
    assert not has_a_say(recalled, 2, 1.0), "nobody agrees"


def test_a_value_that_was_not_known_has_no_vote() -> None:
    unknown = np.full((50, 3), 6, np.int32)  # beyond the five classes
    assert not has_a_say(Memory.recall(KEYS[0], KEYS, unknown, HOW), 2, 1.0)


def test_a_field_without_a_share_neither_votes_nor_narrows() -> None:
    recalled = Memory.recall(KEYS[7], KEYS, TOKENS, Imitation(USUAL_SHARPNESS, (0.0, 0.9, 0.9)))
    assert not has_a_say(recalled, 0, 1.0)
    before = list(recalled.voters)
    recalled.agree(0, 99)
    assert recalled.voters == before


def test_the_sharper_the_more_the_likest_moment_weighs() -> None:
    shares = HOW.shares
    blunt, sharp = (
        Memory.recall(KEYS[7], KEYS, TOKENS, Imitation(sharpness, shares)).mix(EVEN, 1, 0.5)[TOKENS[7, 1]]
        for sharpness in (5.0, 60.0)
    )
    assert blunt < sharp


def test_a_moment_is_recalled_by_the_direction_of_its_key_not_its_length() -> None:
    one, other = (weights(Memory.recall(KEYS[7] * length, KEYS, TOKENS, HOW)) for length in (0.01, 100.0))
    assert sorted(one) == pytest.approx(sorted(other), rel=1e-3)
    assert max(one) == 1
    assert [voter[1] for voter in memory(7).voters if voter[0] == 1] == [TOKENS[7].tolist()]


def weights(recalled: Memory) -> list[float]:
    return [weight for weight, _ in recalled.voters]


def long_ago(moments: int, units: int) -> tuple[Floats, Ids]:
    """So many moments, the notes after them told apart by their place."""
    keys: Floats = unit(RNG.normal(size=(moments, units)).astype(np.float32))
    return keys, np.arange(moments)[:, None]


def test_of_many_moments_those_most_alike_vote() -> None:
    keys, tokens = long_ago(1000, SKETCH)
    likeness = keys @ keys[500]
    voters = Memory.recall(keys[500], keys, tokens, HOW).voters
    assert {token[0] for _, token in voters} == set(np.argsort(likeness)[-CLOSEST:].tolist())
    for weight, token in voters:
        assert weight == pytest.approx(np.exp(HOW.sharpness * (likeness[token[0]] - 1)), rel=1e-3)


def test_of_many_moments_with_long_keys_all_that_count_vote() -> None:
    keys, tokens = long_ago(1000, 4 * SKETCH)
    alike = np.arange(40, 1000, 60)
    keys[alike] = unit(keys[alike] * 0.3 + keys[500])
    recalled = Memory.recall(keys[500], keys, tokens, HOW)
    assert {token[0] for weight, token in recalled.voters if weight > 0.001} == {500, *alike.tolist()}
    assert len(recalled.voters) == CLOSEST


def test_how_to_imitate_goes_through_a_card_unchanged() -> None:
    fields = (VOICE, *FIELDS)
    how = Imitation(32.5, (0.0, 0.125, 0.75, 1.0))
    assert Imitation.of(how.as_json(fields), fields) == how


def test_of_a_card_that_says_nothing_all_but_the_voice_count() -> None:
    voice, *others = Imitation.of({}, (VOICE, *FIELDS)).shares
    assert voice == 0
    assert min(others) > 0


def test_what_was_just_played_is_not_imitated_yet_nor_what_is_long_past() -> None:
    assert looked_back_on(0) == (0, 0)
    assert looked_back_on(RECENT) == (0, 0)
    assert looked_back_on(RECENT + 3) == (0, 3)
    assert looked_back_on(5000) == (5000 - REMEMBERED, 5000 - RECENT)


def test_the_more_doubt_the_less_memory_says_and_least_where_nothing_is_alike() -> None:
    def gained(key: Floats, doubt: float) -> float:
        mixed = Memory.recall(key, KEYS, TOKENS, Imitation(USUAL_SHARPNESS, HOW.shares, doubt)).mix(EVEN, 1, 0.5)
        assert mixed.sum() == pytest.approx(1, abs=1e-5)
        return float(mixed.max())

    alike, strange = KEYS[7], unit(KEYS.sum(axis=0))
    assert gained(alike, 0.0) > gained(alike, 0.1) > gained(alike, 10.0) > EVEN[0]
    assert gained(strange, 0.1) - EVEN[0] < (gained(alike, 0.1) - EVEN[0]) / 2
    assert gained(strange, 0.0) > gained(strange, 0.1)


def test_doubt_is_what_the_model_believes() -> None:
    sure: Floats = np.array([0, 0, 0, 0, 1], np.float32)
    votes = Memory.recall(KEYS[7], KEYS[7:8], TOKENS[7:8], Imitation(USUAL_SHARPNESS, HOW.shares, 1.0)).votes(0, sure)
    wanted = np.zeros(5)
    wanted[TOKENS[7, 0]] += 0.5
    wanted[4] += 0.5
    assert votes == pytest.approx(wanted)


@given(length=st.sampled_from([0.0, 1e-30, 1e-13, 1e-3, 0.05, 1.0, 1e6]), moments=st.integers(0, 50))
def test_a_key_of_any_length_gives_finite_weights(length: float, moments: int) -> None:
    sharpest = Imitation(60.0, (0.9, 0.9, 0.9), 1.0)  # the extreme that a training tries
    key = (KEYS[7] * length).astype(np.float32)
    recalled = Memory.recall(key, KEYS[:moments], TOKENS[:moments], sharpest)
    assert np.isfinite([recalled.doubt, *(weight for weight, _ in recalled.voters)]).all()
    assert has_a_say(recalled, 1, 0.5) is bool(moments) or length == 0
    assert np.isfinite(recalled.mix(EVEN, 1, 0.5)).all()
