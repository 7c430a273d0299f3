"""Chunks: where a track begins and ends, whatever stands around it and whatever it says."""

import pytest

from midi.chunks import split
from midi.errors import InputError
from tests.midi.smf import chunk, header, note, track

ONE, TWO = track(note(60)), track(note(62))


def contents(data: bytes) -> list[bytes]:
    return [one.data for one in split(data).tracks]


WHOLE = contents(header() + ONE + TWO)


def test_tracks_are_their_bytes() -> None:
    assert [ONE[8:], TWO[8:]] == WHOLE
    assert [one.is_cut for one in split(header() + ONE + TWO).tracks] == [False, False]


@pytest.mark.parametrize(
    "data",
    [
        header() + chunk(b"XFIH", b"alien") + ONE + chunk(b"abcd", b"") + TWO + chunk(b"XFKM", b"123"),
        header(tracks=7) + ONE + TWO,
        header(tracks=0) + ONE + TWO,
        chunk(b"MThd", header()[8:] + b"more") + ONE + TWO,
        header() + ONE + chunk(b"LIST", b"\x01" * 20, length=0x7FFFFFFF) + TWO,
        b"RIFF\x00\x00\x00\x00RMIDLIST\x04\x00\x00\x00INFOdata\x00\x00\x00\x00" + header() + ONE + TWO,
        bytes(128) + header() + ONE + TWO,
    ],
    ids=["alien chunks", "too many", "too few", "long header", "alien length", "RIFF", "MacBinary"],
)
def test_what_stands_around_tracks_is_passed_over(data: bytes) -> None:
    assert contents(data) == WHOLE


@pytest.mark.parametrize("wrong", [0, 3, 20, 0xFFFFFFFF])
def test_a_wrong_length_leads_to_the_next_track_all_the_same(wrong: int) -> None:
    data = header() + chunk(b"MTrk", ONE[8:], length=wrong) + TWO
    assert contents(data) == WHOLE


def test_a_length_beyond_the_file_is_a_cut() -> None:
    tracks = split(header() + ONE + TWO[:-4]).tracks
    assert [one.is_cut for one in tracks] == [False, True]


@pytest.mark.parametrize(
    ("division", "units", "ticks"),
    [
        (b"\x01\xe0", 480, 24),
        (b"\x00\x60", 96, 24),
        (b"\xe7\x28", 25 * 40, 48),
        (b"\xe8\x04", 24 * 4, 48),
        (b"\xe2\x50", 30 * 80, 48),
        (b"\xe3\x50", 30 * 80 * 1000, 48 * 1001),
    ],
)
def test_units_become_ticks_and_frames_are_at_120_bpm(division: bytes, units: int, ticks: int) -> None:
    assert split(header(division=division) + ONE).division.ticks_at(units) == ticks


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not a MIDI file .it is empty."),
        (b"a letter", "not a MIDI file .it has no MIDI header."),
        (header()[:13], "not a MIDI file .it ends in the middle of the header."),
        (header(division=b"\x00\x00") + ONE, "no unit of time"),
        (header(division=b"\xe7\x00") + ONE, "no unit of time"),
    ],
)
def test_what_cannot_be_a_midi_file_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        split(data)
