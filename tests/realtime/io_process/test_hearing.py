"""Hearing: what counts as the human's playing, of all that comes in."""

import pytest

from midi.arrivals import Arrived
from realtime.io_process.hearing import Hearing, Human

MS = 1_000_000


def on(pitch: int, channel: int = 0) -> bytes:
    return bytes((0x90 | channel, pitch, 80))


def off(pitch: int, channel: int = 0) -> bytes:
    return bytes((0x80 | channel, pitch, 0))


def control(number: int, value: int = 0, channel: int = 0) -> bytes:
    return bytes((0xB0 | channel, number, value))


def heard(hearing: Hearing, *messages: bytes, at_ns: int = 0) -> list[bytes]:
    """What counts as played, of messages that come at one moment."""
    return [data for message in messages for one in hearing.take(0, Arrived(at_ns, message)) for data in one.played]


@pytest.mark.parametrize("number", [123, 124, 125, 126, 127])
def test_a_mode_message_lets_its_channels_keys_go(number: int) -> None:
    hearing = Hearing()
    heard(hearing, on(60), on(61, 1))
    assert heard(hearing, control(number)) == [off(60)]
    assert heard(hearing, off(60), off(61, 1)) == [off(61, 1)]


def test_all_sound_off_ends_what_a_pedal_holds_too() -> None:
    hearing = Hearing()
    heard(hearing, on(60))
    assert heard(hearing, control(120)) == [off(60), control(120)]


def test_all_notes_off_with_the_last_key_up_is_one_key_up() -> None:
    hearing = Hearing()
    assert heard(hearing, on(60), off(60), control(123), on(62), control(123), off(62)) == [
        on(60),
        off(60),
        on(62),
        off(62),
    ]


def test_a_double_counts_once_and_goes_through_as_often_as_it_comes() -> None:
    hearing = Hearing()
    taken = [one for channel in (0, 1) for one in hearing.take(0, Arrived(5, on(60, channel)))]
    assert taken == [Human(0, 5, on(60), (on(60),)), Human(0, 5, on(60, 1), ())]


def test_drums_are_not_heard() -> None:
    assert heard(Hearing(), on(36, 9)) == []
