"""Drum keys: what a drummer's model makes of what was struck."""

import pytest

from midi.drum_keys import KEYS, PADS, STROKE_TICKS, TOMS, stroke_of
from midi.notes import DRUM_CHANNEL, HUMAN, Note


@pytest.mark.parametrize(("struck", "key"), [(36, 36), (35, 36), (40, 38), (22, 42), (48, 50), (59, 51)])
def test_a_pad_is_the_key_that_it_is_played_for_and_a_sixteenth_long(struck: int, key: int) -> None:
    pad = Note(24, 90, struck, 70, DRUM_CHANNEL, HUMAN)
    assert stroke_of(pad) == Note(24, STROKE_TICKS, key, 70, DRUM_CHANNEL, HUMAN)


def test_a_key_of_a_keyboard_and_an_unknown_instrument_are_no_strokes() -> None:
    assert stroke_of(Note(0, 6, 36, 80, 0)) is None
    assert stroke_of(Note(0, 6, 76, 80, DRUM_CHANNEL)) is None


def test_every_pad_stands_for_a_key_of_the_kit_and_is_none() -> None:
    assert set(PADS.values()) <= set(KEYS)
    assert not set(PADS) & set(KEYS)
    assert set(KEYS) >= TOMS
