"""Drums: which channels they are on, by what a file says and by what it does not say."""

from pathlib import Path

import pytest

from midi.errors import InputError
from midi.files import read_midi
from tests.midi.smf import event, header, note, sysex, track

GM2_ON = (0x7E, 0x7F, 0x09, 0x03)
GS_RESET = (0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, 0x41)
XG_ON = (0x43, 0x10, 0x4C, 0x00, 0x00, 0x7E, 0x00)


def gs_part(block: int, mode: int) -> tuple[int, ...]:
    return (0x41, 0x10, 0x42, 0x12, 0x40, 0x10 | block, 0x15, mode, 0)


def xg_part(part: int, mode: int) -> tuple[int, ...]:
    return (0x43, 0x10, 0x4C, 0x08, part, 0x07, mode)


def bank(channel: int, number: int) -> bytes:
    return event(0, 0xB0 | channel, 0, number) + event(0, 0xC0 | channel, 0)


def melodic_channels(tmp_path: Path, *said: bytes) -> set[int]:
    """The channels, from 0, whose notes are read, of notes on all; a melody on channel 9 is read on another."""
    melodic = set()
    for channel in range(16):
        path = tmp_path / "one.mid"
        path.write_bytes(header() + track(*said, note(60, channel)))
        try:
            melodic.add(channel if read_midi(path).notes else -1)
        except InputError:  # nothing but drums
            continue
    return melodic


ALL = set(range(16))


@pytest.mark.parametrize(
    ("said", "drums"),
    [
        ([], {9}),
        ([sysex(0, *gs_part(0, 0))], set()),
        ([sysex(0, *gs_part(0xA, 2))], {9, 10}),
        ([sysex(0, *gs_part(1, 1))], {9, 0}),
        ([sysex(0, *gs_part(9, 1))], {9, 8}),
        ([sysex(0, *gs_part(0xF, 1)), sysex(0, *GS_RESET)], {9}),
        ([sysex(0, *xg_part(9, 0)), sysex(0, *xg_part(3, 2))], {3}),
        ([sysex(0, *XG_ON), bank(9, 0), bank(2, 127), bank(4, 126)], {2, 4}),
        ([sysex(0, *GM2_ON), bank(10, 120), bank(9, 121)], {10}),
        ([bank(2, 127)], {9, 2}),
        ([sysex(0, *GS_RESET), bank(2, 127), bank(9, 0)], {9}),
        ([bank(9, 0)], {9}),
        ([event(0, 0xB2, 0, 127)], {9}),
        ([bank(2, 127), bank(2, 121)], {9}),
        ([bank(2, 127), sysex(0, *GM2_ON)], {9}),
    ],
    ids=[
        "nothing said",
        "GS: channel 10 melodic",
        "GS: channel 11 drums",
        "GS: channel 1 drums",
        "GS: channel 9 drums",
        "GS reset",
        "XG part modes",
        "XG banks",
        "GM2 banks",
        "a kit's bank, no system said",
        "GS: banks are variations",
        "no system said: bank 0 says nothing",
        "a bank without a program",
        "from kit to melody",
        "a reset after a kit",
    ],
)
def test_drums_are_known_by_what_is_said(tmp_path: Path, said: list[bytes], drums: set[int]) -> None:
    assert melodic_channels(tmp_path, *said) == ALL - drums


def test_what_a_later_track_says_at_the_same_time_holds_for_the_first(tmp_path: Path) -> None:
    path = tmp_path / "late.mid"
    path.write_bytes(header() + track(note(60, 9)) + track(sysex(0, *gs_part(0, 0))))
    assert len(read_midi(path).notes) == 1


def test_a_kit_counts_from_its_own_time(tmp_path: Path) -> None:
    path = tmp_path / "turn.mid"
    path.write_bytes(header() + track(note(60), bank(0, 127), note(36)))
    assert [one.pitch for one in read_midi(path).notes] == [60]


def test_a_melody_on_channel_10_is_read_on_a_free_channel(tmp_path: Path) -> None:
    path = tmp_path / "piano.mid"
    path.write_bytes(header() + track(sysex(0, *gs_part(0, 0)), note(60, 0), note(62, 9), note(64, 1)))
    assert [one.channel for one in read_midi(path).notes] == [0, 2, 1]


def test_each_port_has_a_channel_10_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ports.mid"
    second = b"\x00\xff\x21\x01\x01"
    path.write_bytes(
        header() + track(sysex(0, *gs_part(0, 0)), note(60, 9)) + track(second, note(62, 9)) + track(second, note(64))
    )
    piece = read_midi(path)
    assert [one.pitch for one in piece.notes] == [60, 64]
    assert piece.parts == (0, 1)
