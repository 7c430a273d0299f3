"""Events: what a track's bytes say, and what of it is left where they make no sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.events import END_OF_TRACK, META, Event, quarter_us, read_track
from tests.midi.smf import END, event, note, quantity, sysex


def ended(at: int) -> Event:
    return Event(at, META, bytes((END_OF_TRACK,)))


def test_events_have_the_time_since_the_track_began() -> None:
    track = read_track(note(60, length=480) + note(62, before=10, length=200) + END)
    assert [(one.at, one.status) for one in track.events] == [
        (0, 0x90),
        (480, 0x80),
        (490, 0x90),
        (690, 0x80),
        (690, 255),
    ]
    assert track.is_whole


@pytest.mark.parametrize(
    "between",
    [
        sysex(0, 0x43, 0x12),
        b"\x00\xff\x01\x02hi",
        b"\x00\xff\x59\x00",
        b"\x00\xf8",
        b"\x00\xf1\x00",
        b"\x00\xf7\x01\x05",
    ],
    ids=["sysex", "text", "empty key", "clock", "quarter frame", "escape"],
)
def test_running_status_holds_over_what_is_no_channel_message(between: bytes) -> None:
    track = read_track(event(0, 0x90, 60, 80) + between + event(5, 62, 80) + END)
    assert [one for one in track.events if one.status == 0x90] == [
        Event(0, 0x90, bytes((60, 80))),
        Event(5, 0x90, bytes((62, 80))),
    ]
    assert track.is_whole


def test_a_data_byte_out_of_range_counts_as_127() -> None:
    assert read_track(event(0, 0x90, 60, 200) + END).events[0].data == bytes((60, 127))


def test_nothing_is_read_after_the_end_of_the_track() -> None:
    assert read_track(END + note(60)).events == [ended(0)]


@pytest.mark.parametrize("end", [b"", b"\x00\xff\x2f"])
def test_an_end_that_is_missing_loses_nothing(end: bytes) -> None:
    assert read_track(note(60) + end) == read_track(note(60) + END)


@pytest.mark.parametrize(
    "broken",
    [
        b"\x00",
        b"\x81",
        b"\x00\x90",
        b"\x00\x90\x3c",
        b"\x00\xff",
        b"\x00\xff\x01",
        b"\x00\xff\x01\x05abc",
        b"\x00\xf0\x05\x01",
        b"\x00\xf2\x01",
    ],
)
def test_what_stands_before_a_broken_event_is_kept(broken: bytes) -> None:
    track = read_track(note(60) + broken)
    assert track.events == [*read_track(note(60)).events[:-1], ended(480)]
    assert not track.is_whole


def test_a_data_byte_without_any_status_ends_the_track() -> None:
    track = read_track(b"\x00\x3c\x50" + END)
    assert (track.events, track.is_whole) == ([ended(0)], False)


def test_a_cut_track_that_breaks_between_events_is_not_whole() -> None:
    assert not read_track(note(60), is_cut=True).is_whole
    assert read_track(note(60) + END, is_cut=True).is_whole


def test_a_tempo_is_microseconds_to_the_quarter() -> None:
    assert quarter_us(Event(0, META, b"\x51\x07\xa1\x20")) == 500_000
    for nothing in (b"\x51\x07\xa1", b"\x51", b"\x51\x00\x00\x00", b"\x58\x04\x02\x18\x08"):
        assert quarter_us(Event(0, META, nothing)) is None


@given(st.integers(0, 2**32))
def test_a_delta_of_any_length_is_read(delta: int) -> None:
    assert read_track(quantity(delta) + b"\xff\x2f\x00").events == [ended(delta)]


def test_a_number_without_end_ends_the_track() -> None:
    track = read_track(note(60) + b"\xff" * 1_000_000 + END)
    assert (track.events[-1], track.is_whole) == (ended(480), False)


@given(st.binary(max_size=300))
def test_any_bytes_give_events_in_order_and_an_end(noise: bytes) -> None:
    events, _ = read_track(noise)
    assert [one.at for one in events] == sorted(one.at for one in events)
    assert [one.data[0] for one in events if one.status == META].count(END_OF_TRACK) == 1
    assert events[-1].data[0] == END_OF_TRACK
