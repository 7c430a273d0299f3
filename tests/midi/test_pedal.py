"""Keys and pedals: which event ends which note."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.pedal import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    LAST_MODE_MESSAGE,
    RESET_ALL_CONTROLLERS,
    SOSTENUTO,
    SUSTAIN,
    SoundingNotes,
)


def with_key_down(pedal: int | None = None) -> SoundingNotes[str]:
    sounding: SoundingNotes[str] = SoundingNotes()
    sounding.press(0, 60, "c")
    if pedal is not None:
        sounding.control(0, pedal, 127)
    return sounding


def test_without_a_pedal_a_note_ends_with_its_key() -> None:
    sounding = with_key_down()
    assert sounding.pressed == ["c"]
    assert sounding.release(0, 60) == ["c"]
    assert sounding.pressed == []


def test_a_key_that_is_not_down_ends_nothing() -> None:
    sounding = with_key_down()
    assert [*sounding.release(0, 61), *sounding.release(1, 60)] == []


@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
def test_a_pedal_holds_a_note_until_it_comes_up(pedal: int) -> None:
    sounding = with_key_down(pedal)
    assert sounding.release(0, 60) == []
    assert (sounding.pressed, sounding.held) == ([], ["c"])
    assert sounding.control(0, pedal, 0) == ["c"]


def test_a_pedal_that_comes_up_ends_no_note_whose_key_is_down() -> None:
    sounding = with_key_down(SUSTAIN)
    assert sounding.control(0, SUSTAIN, 0) == []
    assert sounding.release(0, 60) == ["c"]


def test_a_half_pedal_holds_from_64() -> None:
    sounding = with_key_down()
    for value in (20, 63, 64, 90, 70, 64):
        sounding.control(0, SUSTAIN, value)
    assert sounding.release(0, 60) == []
    assert sounding.control(0, SUSTAIN, 63) == ["c"]
    assert sounding.control(0, SUSTAIN, 20) == []


def test_a_pedal_is_its_channels_own() -> None:
    sounding = with_key_down(SUSTAIN)
    sounding.press(1, 64, "e")
    assert sounding.release(1, 64) == ["e"]
    assert sounding.release(0, 60) == []
    assert sounding.control(1, SUSTAIN, 0) == []
    assert sounding.is_sustained(0)
    assert not sounding.is_sustained(1)


@pytest.mark.parametrize("is_released", [False, True])
def test_a_key_struck_again_ends_what_it_sounded_before(is_released: bool) -> None:
    sounding = with_key_down(SUSTAIN)
    if is_released:
        sounding.release(0, 60)
    assert sounding.press(0, 60, "c again") == ["c"]
    sounding.release(0, 60)
    assert sounding.control(0, SUSTAIN, 0) == ["c again"]


def test_sostenuto_holds_only_the_keys_that_were_down() -> None:
    sounding = with_key_down(SOSTENUTO)
    sounding.press(0, 64, "e")
    sounding.control(0, SOSTENUTO, 100)
    assert sounding.release(0, 64) == ["e"]
    assert sounding.release(0, 60) == []


def test_a_note_that_two_pedals_hold_ends_with_the_later() -> None:
    sounding = with_key_down(SUSTAIN)
    sounding.control(0, SOSTENUTO, 127)
    sounding.release(0, 60)
    assert sounding.control(0, SUSTAIN, 0) == []
    assert sounding.control(0, SOSTENUTO, 0) == ["c"]


@pytest.mark.parametrize("number", range(ALL_NOTES_OFF, LAST_MODE_MESSAGE + 1))
def test_all_notes_off_lets_keys_go_but_no_pedal(number: int) -> None:
    sounding = with_key_down(SUSTAIN)
    sounding.press(1, 64, "e")
    assert sounding.control(0, number, 0) == []
    assert (sounding.pressed, sounding.held) == (["e"], ["c"])
    assert sounding.control(0, SUSTAIN, 0) == ["c"]
    assert with_key_down().control(0, number, 0) == ["c"]


def test_all_sound_off_ends_what_the_pedal_holds() -> None:
    sounding = with_key_down(SUSTAIN)
    sounding.press(0, 64, "e")
    sounding.press(1, 67, "g")
    sounding.release(0, 60)
    assert sounding.control(0, ALL_SOUND_OFF, 0) == ["c", "e"]
    assert sounding.pressed == ["g"]
    assert sounding.is_sustained(0)


@pytest.mark.parametrize("pedal", [SUSTAIN, SOSTENUTO])
def test_reset_of_all_controllers_brings_the_pedals_up(pedal: int) -> None:
    sounding = with_key_down(pedal)
    sounding.release(0, 60)
    assert sounding.control(0, RESET_ALL_CONTROLLERS, 0) == ["c"]
    assert not sounding.is_sustained(0)


def test_other_controllers_end_nothing() -> None:
    sounding = with_key_down()
    for number in set(range(120)) - {SUSTAIN, SOSTENUTO}:
        assert sounding.control(0, number, 0) == []


def test_the_end_of_all_ends_pressed_and_held_notes() -> None:
    sounding = with_key_down(SUSTAIN)
    sounding.release(0, 60)
    sounding.press(3, 64, "e")
    assert sounding.end_all() == ["c", "e"]
    assert sounding.end_all() == []


EVENTS = st.one_of(
    st.tuples(st.just("press"), st.integers(0, 1), st.integers(60, 62)),
    st.tuples(st.just("release"), st.integers(0, 1), st.integers(60, 62)),
    st.tuples(st.just("control"), st.integers(0, 1), st.sampled_from([64, 66, 120, 121, 123]), st.integers(0, 127)),
)


@given(st.lists(EVENTS, max_size=60))
def test_every_note_ends_exactly_once(events: list[tuple[str, int, int]]) -> None:
    sounding: SoundingNotes[int] = SoundingNotes()
    ended: list[int] = []
    struck = 0
    for number, (kind, *arguments) in enumerate(events):
        if kind == "press":
            arguments.append(number)
            struck += 1
        ended += getattr(sounding, kind)(*arguments)
    ended += sounding.end_all()
    assert len(ended) == len(set(ended)) == struck
