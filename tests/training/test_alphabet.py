"""Works as token arrays: the contract's own tokens, note for note; velocity only where there is some."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from midi.notes import Note, canonical
from midi.tokens import FIELDS, encode_all
from tests.training.music import melody, work
from training.alphabet import model_fields, tokens

notes = st.builds(
    Note,
    onset=st.integers(0, 3000),
    duration=st.integers(1, 900),
    pitch=st.integers(0, 127),
    velocity=st.none() | st.integers(1, 127),
)


@given(st.lists(notes, min_size=1, max_size=30))
def test_the_arrays_hold_what_the_contract_says(played: list[Note]) -> None:
    ordered = canonical(played)
    assert tokens(work("a", ordered), FIELDS).tolist() == [list(token) for token in encode_all(ordered)]


def test_velocity_is_learned_only_if_most_notes_have_one_that_varies() -> None:
    loud, plain = work("loud", melody(1, velocity=80)), work("plain", melody(2))
    flat = work("flat", [dataclasses.replace(note, velocity=64) for note in melody(3)])
    assert [f.name for f in model_fields([loud])] == ["wait", "pitch", "duration", "velocity"]
    assert [f.name for f in model_fields([loud, plain, plain])] == ["wait", "pitch", "duration"]
    assert [f.name for f in model_fields([flat])] == ["wait", "pitch", "duration"]


def test_a_model_without_velocity_has_three_columns() -> None:
    made = tokens(work("a", melody(1)), FIELDS[:3])
    assert made.shape == (60, 3)
    assert made.dtype == np.int32
