"""MPE: known by its configuration message, or by notes that go round the channels."""

from midi.events import read_track
from midi.mpe import zone_channels
from tests.midi.smf import END, event, note


def zones(*events: bytes) -> dict[int, int]:
    return zone_channels(read_track(b"".join(events) + END).events)


def configuration(master: int, members: int) -> bytes:
    return b"".join(event(0, 0xB0 | master, number, value) for number, value in ((101, 0), (100, 6), (6, members)))


def test_a_lower_zone_counts_up_from_its_master() -> None:
    assert zones(configuration(0, 3), note(60, 1)) == {1: 0, 2: 0, 3: 0}


def test_an_upper_zone_counts_down_from_its_master() -> None:
    assert zones(configuration(15, 2)) == {13: 15, 14: 15}


def test_two_zones_are_two_parts() -> None:
    assert set(zones(configuration(0, 7), configuration(15, 7)).values()) == {0, 15}


def test_other_registered_parameters_make_no_zone() -> None:
    bend_range = b"".join(event(0, 0xB0, number, value) for number, value in ((101, 0), (100, 0), (6, 12)))
    assert zones(bend_range, note(60)) == {}


def test_notes_round_and_round_are_one_zone() -> None:
    assert zones(*(note(60 + index, 1 + index % 7) for index in range(20))) == dict.fromkeys(range(1, 8), 0)


def test_few_channels_are_parts() -> None:
    assert zones(*(note(60 + index, index % 4) for index in range(40))) == {}


def test_channels_with_programs_of_their_own_are_parts() -> None:
    programs = [event(0, 0xC0 | channel, channel) for channel in range(8)]
    assert zones(*programs, *(note(60 + index, index % 8) for index in range(40))) == {}


def test_channels_in_no_order_are_parts() -> None:
    order = (0, 5, 5, 2, 7, 7, 7, 1, 3, 0, 6, 4)
    assert zones(*(note(60 + index, channel) for index, channel in enumerate(order))) == {}


def test_chords_on_one_channel_are_parts() -> None:
    chord = event(0, 0x92, 60, 80) + event(0, 0x92, 64, 80)
    assert zones(*(note(60 + index, 1 + index % 7) for index in range(20)), chord) == {}
