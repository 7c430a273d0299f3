"""The pipe: what goes in comes out, in order, and a peer that does not read cannot stop the one that writes."""

import multiprocessing
from types import SimpleNamespace

import pytest

from midi.message import is_channel_message
from realtime.live.pipe import MOST_RECEIVED, Link, PeerGoneError
from realtime.messages import (
    AnswerEnd,
    Cancelled,
    CountedIn,
    Dropped,
    Failed,
    HistoryNote,
    ListenFrom,
    Message,
    Overheard,
    ParameterChange,
    Ping,
    Played,
    Pong,
    Proposal,
    Quit,
    Ready,
    Released,
    Sent,
    StyleEstimate,
    TempoEstimate,
    TransportState,
    pack,
    unpack,
)
from realtime.parameters import Value

LATE = 2**62
EXAMPLES: list[Message] = [
    Played(LATE, 0x9F, 127, 127),
    Sent(1, LATE),
    Released(7, LATE),
    Dropped(LATE),
    Cancelled(12, LATE),
    Overheard(1, 2, 60, 64, 15),
    HistoryNote(1, 0, 60, 64, 15, human=True),
    ListenFrom(12),
    ListenFrom(12, LATE),
    CountedIn(LATE),
    Ping(3),
    Quit(),
    Ready(),
    TransportState(96.5, LATE, 7, -1, LATE, 95, rolling=True, is_free=False, beat=23),
    Proposal(1, 2, LATE, LATE + 1, -LATE, 127, 1, 15),
    AnswerEnd(4, LATE),
    TempoEstimate(96.5, LATE, 7),
    StyleEstimate("jazz"),
    Pong(3),
]


def links() -> tuple[Link, Link]:
    ours, theirs = multiprocessing.Pipe(duplex=True)
    return Link(ours), Link(theirs)


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_unpacks_as_it_was_packed(message: Message) -> None:
    voice, again = unpack(pack(message, 63))
    assert (voice, again) == (63, message)
    assert type(again) is type(message)


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", 1.5), ("bpm", None), ("bars", 4), ("mode", "solo"), ("thru", True), ("hear", "1-9,11")],
)
@pytest.mark.parametrize("part", [None, 0, 63])
def test_a_change_keeps_its_type_and_its_part(name: str, value: Value, part: int | None) -> None:
    message = ParameterChange(name, value, part)
    assert unpack(pack(message)) == (0, message)
    _, again = unpack(pack(message))
    assert isinstance(again, ParameterChange)
    assert type(again.value) is type(value)


def test_a_failure_carries_its_text() -> None:
    assert unpack(pack(Failed(4, "ungültig"))) == (0, Failed(4, "ungültig"))


def test_a_note_on_of_velocity_zero_is_a_note_off() -> None:
    assert Played(0, 0x90, 60, 0).is_note_off
    assert not Played(0, 0x90, 60, 0).is_note_on
    assert Played(0, 0x80, 60, 64).is_note_off
    assert Played(0, 0x93, 60, 1).is_note_on


def test_only_whole_channel_messages_are_taken() -> None:
    good = [b"\x90\x3c\x40", b"\x80\x3c\x00", b"\xc5\x07", b"\xe0\x00\x40"]
    bad = [b"", b"\x90", b"\x90\x3c", b"\x90\xc8\x64", b"\x90\x3c\xc8", b"\xc5", b"\xf8", b"\xf0\x01\xf7", b"\x3c\x40"]
    assert [is_channel_message(data) for data in good] == [True] * len(good)
    assert [is_channel_message(data) for data in bad] == [False] * len(bad)


def test_messages_arrive_whole_and_in_order() -> None:
    here, there = links()
    for voice, message in enumerate(EXAMPLES):
        here.send(message, voice)
    assert there.receive() == list(enumerate(EXAMPLES))


def test_a_peer_that_does_not_read_does_not_block_and_loses_nothing() -> None:
    here, there = links()
    for serial in range(5_000):
        here.send(Ping(serial))
    assert here.backlog > 0, "the pipe was expected to be full by now"
    read: list[tuple[int, Message]] = []
    while here.backlog or there.wait(0):
        read += there.receive()
        here.flush()
    assert read == [(0, Ping(serial)) for serial in range(5_000)]


def test_what_is_urgent_passes_what_waits_for_room() -> None:
    here, there = links()
    while not here.backlog:
        here.send(Pong(1))
    here.send(Pong(2))
    here.send_first(Ping(3))
    read: list[tuple[int, Message]] = []
    while here.backlog or there.wait(0):
        read += there.receive()
        here.flush()
    assert [message for _, message in read[-3:]] == [Ping(3), Pong(1), Pong(2)]


def test_so_much_is_read_at_a_time_that_the_reader_comes_to_its_work() -> None:
    here, there = links()
    there._has_arrived = lambda _: True  # type: ignore[method-assign, assignment]
    there._connection = SimpleNamespace(recv_bytes=lambda: pack(Ping(1)))  # type: ignore[assignment]
    assert len(there.receive()) == MOST_RECEIVED
    here.close()


def test_a_closed_peer_is_noticed_once_everything_it_said_was_read() -> None:
    here, there = links()
    there.send(Pong(1))
    there.close()
    assert here.receive() == [(0, Pong(1))]
    with pytest.raises(PeerGoneError):
        here.receive()
    with pytest.raises(PeerGoneError):
        here.send(Ping(1))
