"""Works as token arrays: the contract's own tokens, note for note; velocity only where there is some."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.meter import Bar, place
from midi.notes import ANSWER, Note, canonical
from midi.tokens import CONTEXTS, FIELDS, METER, NOWHERE, POSITION, encode
from tests.midi.test_meter import bars
from tests.training.music import BARS, melody, work
from training.encoding import column, encode_piece, tokens, without_bars
from training.touched_encoding import model_inputs

ALL = (*FIELDS, *CONTEXTS)

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
    before = [None, *(note.onset for note in ordered)]
    expected = [list(encode(note, onset, ALL)) for note, onset in zip(ordered, before, strict=False)]
    assert tokens(work("a", ordered), ALL).tolist() == expected


@given(st.lists(notes, min_size=1, max_size=30), bars)
def test_each_note_is_told_its_place_by_the_contract(played: list[Note], rows: list[Bar]) -> None:
    ordered = canonical(played)
    wanted, previous = [], None
    for note in ordered:
        wanted.append(list(encode(note, previous, ALL, place(rows, note.onset) or NOWHERE)))
        previous = note.onset
    assert tokens(work("a", ordered, bars=rows), ALL).tolist() == wanted


def test_velocity_is_learned_only_if_most_notes_have_one_that_varies() -> None:
    loud, plain = work("loud", melody(1, velocity=80)), work("plain", melody(2))
    flat = work("flat", [dataclasses.replace(note, velocity=64) for note in melody(3)])
    names = ["voice", "wait", "pitch", "duration"]
    assert [f.name for f in model_inputs([loud])[0]] == [*names, "velocity"]
    assert [f.name for f in model_inputs([loud, plain, plain])[0]] == names
    assert [f.name for f in model_inputs([flat])[0]] == names
    assert all(model_inputs([one])[1] == CONTEXTS for one in (loud, plain))


def test_a_model_has_a_column_for_each_input_and_no_other() -> None:
    made = tokens(work("a", melody(1)), FIELDS[1:4])
    assert made.shape == (60, 3)
    assert made.dtype == np.int32
    assert column(FIELDS[1:4], METER) is None
    assert tokens(work("a", melody(1)), (*FIELDS[:4], *CONTEXTS)).shape == (60, 6)


def test_a_piece_is_the_answers_until_it_is_cast_and_keeps_its_parts() -> None:
    made = encode_piece(work("a", melody(1, notes=4), parts=(0, 3, 3, 0)), ALL)
    assert made.ids[:, 0].tolist() == [ANSWER] * 4
    assert made.parts.tolist() == [0, 3, 3, 0]
    assert len(made) == 4


@pytest.mark.parametrize("inputs", [ALL, FIELDS], ids=["with contexts", "without"])
def test_hiding_the_bars_hides_them_alone(inputs: tuple[object, ...]) -> None:
    fields = [field for field in ALL if field in inputs]
    told = tokens(work("a", melody(1), bars=BARS), fields)
    before, hidden = told.copy(), without_bars(told, fields)
    assert (hidden[:, : len(FIELDS)] == told[:, : len(FIELDS)]).all()
    for context, at in ((METER, column(fields, METER)), (POSITION, column(fields, POSITION))):
        assert at is None or set(hidden[:, at].tolist()) == {context.unknown} != set(told[:, at].tolist())
    assert (told == before).all(), "the piece itself keeps its bars"
