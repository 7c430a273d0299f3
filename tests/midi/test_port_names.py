"""Which port a person means, and how ports of one name are told apart."""

import pytest

from midi.errors import InputError
from midi.port_names import choose, decoded, told_apart

NAMES = ["Midi Through:Midi Through Port-0 14:0", "Antiphon in:Antiphon in 128:0", "Antiphon in 2:Antiphon in 2 130:0"]
"""As ALSA would list them."""


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("Antiphon in:Antiphon in 128:0", 1),
        ("Antiphon in", 1),
        ("antiphon in 2", 2),
        ("through", 0),
        ("130:0", 2),
        ("Midi Through Port-0", 0),
    ],
)
def test_a_name_is_taken_whole_before_it_is_taken_as_a_part(wanted: str, index: int) -> None:
    assert choose(NAMES, wanted) == index


def test_a_part_that_several_names_have_is_refused_with_those_names() -> None:
    with pytest.raises(InputError, match="several ports fit 'anti': 'Antiphon in:Antiphon in 128:0', 'Antiphon in 2:"):
        choose(NAMES, "anti")


def test_where_there_is_no_port_at_all_the_message_says_so() -> None:
    with pytest.raises(InputError, match="no port 'x'; there are: none"):
        choose([], "x")


def test_names_that_stand_once_stay_as_they_are() -> None:
    assert told_apart(NAMES) == NAMES


def test_devices_of_one_name_are_numbered_in_the_order_of_the_system() -> None:
    ports = ["Keystation", "Bass", "Keystation", "Keystation"]
    assert told_apart(ports) == ["Keystation 1", "Bass", "Keystation 2", "Keystation 3"]
    assert [choose(ports, name) for name in ("Keystation 1", "keystation 2", "Keystation 3")] == [0, 2, 3]


def test_a_number_never_makes_the_name_of_another_device() -> None:
    assert told_apart(["Key", "Key 1", "Key"]) == ["Key 2", "Key 1", "Key 3"]


def test_the_name_alone_is_refused_with_the_names_to_choose_from() -> None:
    with pytest.raises(InputError, match="several ports fit 'Keystation': 'Keystation 1', 'Keystation 2'; give more"):
        choose(["Keystation", "Keystation"], "Keystation")


@pytest.mark.parametrize(
    ("name", "text"), [("Flügel für Zoë".encode(), "Flügel für Zoë"), ("Flügel".encode("latin-1"), "Flügel")]
)
def test_a_name_is_utf_8_unless_it_cannot_be(name: bytes, text: str) -> None:
    assert decoded(name) == text
