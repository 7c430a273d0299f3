"""What goes through: everything while thru is on, then only what puts back; at the end all of it is put back."""

import pytest

from realtime.session.through import Through

MS = 1_000_000
ON, OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))
BEND, CENTRE = bytes((0xE0, 0, 80)), bytes((0xE0, 0, 64))


def control(number: int, value: int, channel: int = 0) -> bytes:
    return bytes((0xB0 | channel, number, value))


def test_every_double_goes_through_with_its_off() -> None:
    through = Through()
    passed = [through.take(message, 0, is_open=True) for message in (ON, ON, OFF, OFF)]
    assert passed == [[ON], [ON], [OFF], [OFF]]
    assert not through.down


def test_a_key_struck_again_owes_one_off() -> None:
    through = Through()
    through.take(ON, 0, is_open=True)
    through.take(ON, 500 * MS, is_open=True)
    through.take(OFF, 600 * MS, is_open=True)
    assert through.end() == []


@pytest.mark.parametrize("number", [64, 66, 67, 69])
def test_a_pedal_that_went_down_comes_up_after_thru_is_off(number: int) -> None:
    through = Through()
    through.take(control(number, 127), 0, is_open=True)
    assert through.take(control(number, 90), 0, is_open=False) == []
    assert through.take(control(number, 20), 0, is_open=False) == [control(number, 20)]
    assert through.take(control(number, 0), 0, is_open=False) == []
    assert through.end() == []


def test_the_end_puts_back_what_was_moved_and_nothing_else() -> None:
    through = Through()
    for message in (ON, control(64, 127, 2), control(67, 0), control(1, 30), control(7, 90), BEND, bytes((0xD1, 50))):
        through.take(message, 0, is_open=True)
    assert through.end() == [OFF, control(1, 0), CENTRE, bytes((0xD1, 0)), control(64, 0, 2)]
    assert through.end() == []


def test_what_came_back_by_itself_is_not_put_back() -> None:
    through = Through()
    for message in (control(64, 127), BEND, CENTRE, control(64, 0)):
        through.take(message, 0, is_open=True)
    assert through.end() == []


@pytest.mark.parametrize("number", [120, 123, 124, 127])
def test_a_mode_message_ends_the_notes_that_went_through_and_no_others(number: int) -> None:
    through = Through()
    for message in (ON, bytes((0x91, 62, 80))):
        through.take(message, 0, is_open=True)
    assert through.take(control(number, 0), 0, is_open=True) == [OFF]
    assert through.down == {(1, 62)}


def test_a_reset_of_controllers_puts_back_what_went_through_even_if_thru_is_off() -> None:
    through = Through()
    through.take(control(64, 127), 0, is_open=True)
    assert through.take(control(121, 0), 0, is_open=False) == [control(64, 0)]
    assert through.take(control(121, 0), 0, is_open=True) == [control(121, 0)]


def test_a_pedal_lifted_for_the_answer_stays_up_until_the_foot_has_come_up() -> None:
    through = Through()
    through.take(control(64, 127), 0, is_open=True)
    assert through.lift(1) == []
    assert through.lift(0) == [control(64, 0)]
    assert through.lift(0) == []
    assert through.take(control(64, 90), 0, is_open=True) == []
    assert through.take(control(64, 0), 0, is_open=True) == [control(64, 0)]
    assert through.take(control(64, 90), 0, is_open=True) == [control(64, 90)]
