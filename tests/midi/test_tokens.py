"""Notes to ids and back."""

from dataclasses import replace
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.meter import METERS, Bar, bar_ticks, place
from midi.notes import ANSWER, HUMAN, Note, canonical
from midi.tokens import (
    CONTEXTS,
    DURATION,
    DURATION_TICKS,
    FIELDS,
    METER,
    NOWHERE,
    PITCH,
    POSITION,
    STYLE,
    STYLED_CONTEXTS,
    STYLED_FIELDS,
    STYLES,
    VELOCITY,
    VOICE,
    WAIT,
    WAIT_TICKS,
    decode,
    encode,
    fingerprint,
    nearest,
    start,
)
from midi.touch import DEVIATION_BIN_MS, PEDAL_ANEW, PEDAL_HELD, PEDAL_UP

on_grid = st.builds(
    Note,
    onset=st.sampled_from(WAIT_TICKS),
    duration=st.none() | st.sampled_from(DURATION_TICKS),
    pitch=st.integers(0, 127),
    velocity=st.none() | st.integers(1, 127),
    voice=st.sampled_from((HUMAN, ANSWER)),
    deviation_ms=st.none() | st.integers(-6, 6).map(lambda bins: bins * DEVIATION_BIN_MS),
    pedal=st.none() | st.sampled_from((PEDAL_UP, PEDAL_HELD, PEDAL_ANEW)),
)
INPUTS = (*STYLED_FIELDS, *STYLED_CONTEXTS)


def back_again(note: Note) -> Note:
    return decode(encode(note, 0, STYLED_FIELDS), STYLED_FIELDS, 0)


@given(on_grid)
def test_a_note_on_the_grid_comes_back_as_it_was_but_for_the_grain_of_its_velocity(note: Note) -> None:
    back = back_again(note)
    assert replace(back, velocity=note.velocity) == note
    if note.velocity is None:
        assert back.velocity is None
    else:
        assert back.velocity is not None
        assert abs(back.velocity - note.velocity) <= 2


@given(on_grid, st.sampled_from(range(len(METERS))))
def test_every_id_is_a_row_of_its_fields_embedding(note: Note, meter: int) -> None:
    for there in (NOWHERE, (meter, bar_ticks(meter) - 1), (meter, 0, STYLES.index("jazz"))):
        token = encode(note, 0, INPUTS, there)
        assert all(0 <= one < field.input_size for one, field in zip(token, INPUTS, strict=True))


@given(st.integers(0, 10_000), st.sampled_from(range(len(METERS))))
def test_every_place_in_a_bar_has_a_class(tick: int, meter: int) -> None:
    there = place([Bar(0, 0, meter)], tick)
    assert there is not None
    assert there[0] < METER.size
    assert there[1] < POSITION.size


def test_a_model_is_told_what_it_asks_for_in_its_own_order() -> None:
    note = Note(12, 24, 60, 80, voice=HUMAN)
    assert encode(note, 0, (PITCH, WAIT)) == (60, 12)
    assert encode(note, 0, (VOICE, POSITION, METER), (2, 36)) == (HUMAN, 36, 2)
    assert encode(note, 0, (METER, STYLE), (2, 36)) == (2, STYLE.unknown)
    assert encode(note, 0, (METER, STYLE), (2, 36, 6)) == (2, 6)


def test_what_a_model_does_not_say_is_left_open() -> None:
    fields = (WAIT, PITCH, DURATION)
    note = decode((12, 60, 11), fields, 100, channel=3)
    assert note == Note(112, 12, 60, None, 3, ANSWER)


@given(st.integers(1, 127))
def test_no_velocity_becomes_silence(velocity: int) -> None:
    back = back_again(Note(0, 1, 60, velocity)).velocity
    assert back is not None
    assert 1 <= back <= 127


@given(st.integers(0, 2_000))
def test_the_nearest_step_of_the_grid_is_the_nearest(ticks: int) -> None:
    index = nearest(WAIT_TICKS, ticks)
    assert abs(WAIT_TICKS[index] - ticks) == min(abs(step - ticks) for step in WAIT_TICKS)


steps = st.tuples(st.sampled_from(WAIT_TICKS), st.integers(1, 96), st.integers(0, 127))


@given(st.lists(steps, max_size=30))
def test_a_piece_whose_waits_lie_on_the_grid_keeps_its_onsets(walk: list[tuple[int, int, int]]) -> None:
    onsets = accumulate(wait for wait, _, _ in walk)
    notes = [Note(onset, length, pitch) for onset, (_, length, pitch) in zip(onsets, walk, strict=True)]
    piece = canonical(notes)
    before = None
    for note in piece:
        token = encode(note, before, FIELDS)
        before = note.onset if before is None else decode(token, FIELDS, before).onset
        assert before == note.onset


@pytest.mark.parametrize(("wait", "heard"), [(97, 96), (103, 108), (200, 192), (204, 192), (205, 216), (9_999, 384)])
def test_long_waits_are_told_coarsely(wait: int, heard: int) -> None:
    assert back_again(Note(wait, 1, 60)).onset == heard


def test_the_first_note_waits_for_nothing() -> None:
    assert encode(Note(500, 24, 60), None, (WAIT,)) == (0,)


def test_what_is_not_known_has_an_id_of_its_own_that_cannot_be_drawn() -> None:
    asked = (DURATION, VELOCITY, METER, POSITION)
    token = encode(Note(0, None, 60, None), 0, asked)
    assert token == tuple(field.unknown for field in asked)
    assert all(one >= field.size for one, field in zip(token, asked, strict=True))


def test_start_cannot_be_drawn_either() -> None:
    assert all(one >= field.size for one, field in zip(start(INPUTS), INPUTS, strict=True))


def test_the_wait_has_one_class_more_than_steps_for_the_end_of_the_piece() -> None:
    assert WAIT.size == len(WAIT_TICKS) + 1


def test_the_fingerprint_changes_with_the_fields() -> None:
    prints = {fingerprint(FIELDS), fingerprint(INPUTS), fingerprint((WAIT, PITCH)), fingerprint((PITCH, WAIT))}
    assert len(prints) == 4


def test_the_fingerprint_of_this_version_is_the_one_models_were_made_with() -> None:
    """If this fails, every model that is out there is refused: that must be meant."""
    assert (fingerprint((*FIELDS, *CONTEXTS)), fingerprint((*FIELDS[:4], *CONTEXTS))) == (
        "c62b974399793f5a",
        "68e3aca042723177",
    )
