"""Imitation: what followed a similar moment is likelier to follow again, and a weight of 0 changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exported.imitation import MOST, USUAL_SHARPNESS, Floats, Ids, Imitation, Memory, unit
from midi.tokens import DURATION, PITCH, VOICE, WAIT

RNG = np.random.default_rng(0)
KEYS: Floats = unit(RNG.normal(size=(50, 8)).astype(np.float32))
TOKENS: Ids = RNG.integers(0, 5, (50, 3)).astype(np.int32)
FIELDS = (WAIT, PITCH, DURATION)
HOW = Imitation(USUAL_SHARPNESS, (1 / 6, 1.0, 1.0))
EVEN: Floats = np.full(5, 0.2, np.float32)


def memory(index: int = 7) -> Memory:
    return Memory.recall(KEYS[index] * 3, KEYS, TOKENS, HOW)


def test_the_note_after_the_very_same_moment_gains_most() -> None:
    mixed = memory(7).mix(EVEN, 1, 0.5)
    assert int(mixed.argmax()) == TOKENS[7, 1]
    assert mixed[TOKENS[7, 1]] > 0.5


@given(index=st.integers(0, 49), weight=st.floats(0, 1), field=st.integers(0, 2))
def test_what_is_mixed_sums_to_one_and_nothing_is_impossible_below_full_weight(
    index: int, weight: float, field: int
) -> None:
    mixed = memory(index).mix(EVEN, field, weight)
    assert mixed.sum() == pytest.approx(1, abs=1e-5)
    assert (mixed >= max(1 - weight, 1 - MOST) * 0.2 - 1e-6).all()


def test_weight_zero_changes_nothing() -> None:
    assert memory().mix(EVEN, 0, 0.0) is EVEN


def test_no_memories_change_nothing() -> None:
    empty = Memory.recall(KEYS[0], KEYS[:0], TOKENS[:0], HOW)
    assert empty.mix(EVEN, 1, 0.9) is EVEN


def test_later_fields_hear_only_the_memories_that_agree() -> None:
    recalled = memory()
    recalled.agree(0, 3)
    heard = set(TOKENS[TOKENS[:, 0] == 3, 1].tolist())
    mixed = recalled.mix(EVEN, 1, 1.0)
    assert {int(pitch) for pitch in np.flatnonzero(mixed > 0.02)} <= heard
    recalled.agree(1, 99)
    assert recalled.mix(EVEN, 2, 1.0) is EVEN, "nobody agrees: nobody has a say"


def test_a_value_that_was_not_known_has_no_vote() -> None:
    unknown = np.full((50, 3), 6, np.int32)  # beyond the five classes
    assert Memory.recall(KEYS[0], KEYS, unknown, HOW).mix(EVEN, 2, 1.0) is EVEN


def test_a_field_without_a_share_neither_votes_nor_narrows() -> None:
    recalled = Memory.recall(KEYS[7], KEYS, TOKENS, Imitation(USUAL_SHARPNESS, (0.0, 1.0, 1.0)))
    assert recalled.mix(EVEN, 0, 1.0) is EVEN
    before = recalled.weights.copy()
    recalled.agree(0, 99)
    assert np.array_equal(recalled.weights, before)


def test_the_sharper_the_more_the_likest_moment_weighs() -> None:
    shares = HOW.shares
    blunt, sharp = (
        Memory.recall(KEYS[7], KEYS, TOKENS, Imitation(sharpness, shares)).mix(EVEN, 1, 0.5)[TOKENS[7, 1]]
        for sharpness in (5.0, 60.0)
    )
    assert blunt < sharp


def test_a_moment_is_recalled_by_the_direction_of_its_key_not_its_length() -> None:
    one, other = (Memory.recall(KEYS[7] * length, KEYS, TOKENS, HOW).weights for length in (0.01, 100.0))
    assert one == pytest.approx(other, rel=1e-4)
    assert int(one.argmax()) == 7
    assert one.max() == pytest.approx(1)


def test_how_to_imitate_goes_through_a_card_unchanged() -> None:
    fields = (VOICE, *FIELDS)
    how = Imitation(32.5, (0.0, 0.125, 0.75, 1.0))
    assert Imitation.of(how.as_json(fields), fields) == how


def test_of_a_card_that_says_nothing_the_rhythm_counts_little_and_the_voice_not_at_all() -> None:
    voice, wait, pitch, duration = Imitation.of({}, (VOICE, *FIELDS)).shares
    assert voice == 0 < wait < pitch == duration == 1


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
