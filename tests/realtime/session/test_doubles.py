"""Doubles: one note of what comes more than once at a time, with one off."""

import pytest

from realtime.session.doubles import DOUBLE_NS, Doubles, Source

MS = 1_000_000
C4 = Source("in", 0, 60)
LAYERS = [Source("in", channel, 60) for channel in range(3)]
ON, OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))


def test_a_key_layered_on_three_channels_is_one_note_on_the_first() -> None:
    keys = Doubles()
    struck = [keys.strike(source, source.channel, 80, 0) for source in LAYERS]
    released = [keys.release(source) for source in reversed(LAYERS)]
    assert struck == [[ON], [], []]
    assert released == [[OFF], [], []]


@pytest.mark.parametrize("apart_ms", [0, 3, 15])
def test_a_note_that_comes_twice_ends_with_its_first_off(apart_ms: int) -> None:
    keys = Doubles()
    struck = [keys.strike(C4, 0, 80, at_ns) for at_ns in (0, apart_ms * MS)]
    assert struck == [[ON], []]
    assert [keys.release(C4), keys.release(C4), keys.release(C4)] == [[OFF], [], []]
    assert keys.down == []


def test_a_key_struck_again_later_is_another_note() -> None:
    keys = Doubles()
    keys.strike(C4, 0, 80, 0)
    assert keys.strike(C4, 0, 81, DOUBLE_NS + 1) == [OFF, bytes((0x90, 60, 81))]
    assert keys.release(C4) == [OFF]
    assert keys.down == []


def test_layers_struck_again_without_an_off_are_one_note_each_time() -> None:
    keys = Doubles()
    heard: list[bytes] = []
    for at_ns in (0, 200 * MS):
        for source in LAYERS:
            heard += keys.strike(source, source.channel, 80, at_ns)
    for source in LAYERS:
        heard += keys.release(source)
    assert heard == [ON, OFF, ON, OFF]


def test_a_double_of_a_note_that_is_over_is_no_note() -> None:
    keys = Doubles()
    assert keys.strike(C4, 0, 80, 0) == [ON]
    assert keys.release(C4) == [OFF]
    assert keys.strike(LAYERS[1], 1, 80, 10 * MS) == []
    assert keys.release(LAYERS[1]) == []


def test_two_players_on_one_pitch_are_two_notes() -> None:
    keys = Doubles()
    keys.strike(LAYERS[0], 0, 80, 0)
    assert keys.strike(LAYERS[1], 1, 80, 500 * MS) == [bytes((0x91, 60, 80))]
    assert keys.release(LAYERS[0]) == [OFF]
    assert keys.release(LAYERS[1]) == [bytes((0x81, 60, 0))]


def test_keys_that_are_let_go_together_end_once() -> None:
    keys = Doubles()
    for source in (*LAYERS, Source("in", 0, 64)):
        keys.strike(source, source.channel, 80, 0)
    assert keys.release_all(lambda source: source.channel == 0) == [bytes((0x80, 64, 0))]
    assert keys.release_all(lambda source: source.channel > 0) == [OFF]
