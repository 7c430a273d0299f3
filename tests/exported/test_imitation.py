"""Imitation: what followed a similar moment is likelier to follow again, and a weight of 0 changes nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exported.imitation import FIELD_SHARES, MOST, Floats, Ids, Memory, unit

RNG = np.random.default_rng(0)
KEYS: Floats = unit(RNG.normal(size=(50, 8)).astype(np.float32))
TOKENS: Ids = RNG.integers(0, 5, (50, 3)).astype(np.int32)
EVEN: Floats = np.full(5, 0.2, np.float32)


def memory(index: int = 7) -> Memory:
    return Memory.recall(KEYS[index] * 3, KEYS, TOKENS)


def test_the_note_after_the_very_same_moment_gains_most() -> None:
    mixed = memory(7).mix(EVEN, 1, "pitch", 0.5)
    assert int(mixed.argmax()) == TOKENS[7, 1]
    assert mixed[TOKENS[7, 1]] > 0.5


@given(index=st.integers(0, 49), weight=st.floats(0, 1), field=st.sampled_from(list(enumerate(FIELD_SHARES))[:3]))
def test_what_is_mixed_sums_to_one_and_nothing_is_impossible_below_full_weight(
    index: int, weight: float, field: tuple[int, str]
) -> None:
    mixed = memory(index).mix(EVEN, *field, weight)
    assert mixed.sum() == pytest.approx(1, abs=1e-5)
    assert (mixed >= max(1 - weight, 1 - MOST) * 0.2 - 1e-6).all()


def test_weight_zero_changes_nothing() -> None:
    assert memory().mix(EVEN, 0, "wait", 0.0) is EVEN


def test_no_memories_change_nothing() -> None:
    empty = Memory.recall(KEYS[0], KEYS[:0], TOKENS[:0])
    assert empty.mix(EVEN, 1, "pitch", 0.9) is EVEN


def test_later_fields_hear_only_the_memories_that_agree() -> None:
    recalled = memory()
    recalled.agree(0, 3)
    heard = set(TOKENS[TOKENS[:, 0] == 3, 1].tolist())
    mixed = recalled.mix(EVEN, 1, "pitch", 1.0)
    assert {int(pitch) for pitch in np.flatnonzero(mixed > 0.02)} <= heard
    recalled.agree(1, 99)
    assert recalled.mix(EVEN, 2, "duration", 1.0) is EVEN, "nobody agrees: nobody has a say"


def test_a_value_that_was_not_known_has_no_vote() -> None:
    unknown = np.full((50, 3), 6, np.int32)  # beyond the five classes
    assert Memory.recall(KEYS[0], KEYS, unknown).mix(EVEN, 2, "duration", 1.0) is EVEN
