"""Sets of channels: read as people write them, written as shortly as can be."""

import pytest

from midi.parts import channels_of, channels_text


@pytest.mark.parametrize(
    ("text", "channels", "shortest"),
    [
        ("1", {0}, "1"),
        ("1-9,11", {*range(9), 10}, "1-9,11"),
        (" 3 , 2,1,16", {0, 1, 2, 15}, "1-3,16"),
        ("10", {9}, "10"),
        ("1-16", set(range(16)), "1-16"),
    ],
)
def test_a_set_of_channels_is_read_and_written(text: str, channels: set[int], shortest: str) -> None:
    assert channels_of(text) == channels
    assert channels_text(frozenset(channels)) == shortest


@pytest.mark.parametrize("text", ["", "0", "17", "9-1", "1,,2", "all", "1-", "-3", "1-99999999", "1.5", "٣"])
def test_what_is_no_set_of_channels_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no set of MIDI channels"):
        channels_of(text)
