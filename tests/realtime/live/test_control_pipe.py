"""The pipe to another program: JSON lines in become requests, entries go out as JSON lines."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from midi.errors import InputError
from realtime.live.entry_writer import plain_entry
from realtime.live.surfaces.control_pipe import (
    LINE_BYTES,
    LINES_AT_ONCE,
    ControlPipe,
    parse_descriptors,
    parse_requests,
)
from realtime.messages import ParameterChange
from realtime.session.controls import Action, Request
from realtime.session.journal import Changed, EngineLost, Notice, Send, Sounded
from realtime.settings import FOLLOWED

NOW_NS = 5
PARTS = 2


class Peer:
    """The other program: writes lines, and reads those that come."""

    def __init__(self) -> None:
        self.notices: list[str] = []
        self._theirs_in, self._writes = os.pipe()
        self._reads, self._theirs_out = os.pipe()
        self._rest = b""
        self.surface = ControlPipe(self._theirs_in, self._theirs_out, self.notices.append, lambda: NOW_NS, PARTS)

    def write(self, data: bytes) -> None:
        os.write(self._writes, data)

    def asks(self, data: bytes) -> list[Request]:
        self.write(data)
        return self.surface.poll()

    def hang_up(self) -> None:
        os.close(self._writes)

    def stop_reading(self) -> None:
        if self._reads >= 0:
            os.close(self._reads)
        self._reads = -1

    def line(self) -> dict[str, object]:
        while b"\n" not in self._rest:
            self._rest += os.read(self._reads, 65536)
        line, self._rest = self._rest.split(b"\n", 1)
        entry: dict[str, object] = json.loads(line)
        return entry


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    peer.stop_reading()  # else a full pipe keeps its writer
    peer.surface.__exit__(None, None, None)


def test_a_line_sets_a_typed_value(peer: Peer) -> None:
    assert peer.asks(b'{"set": "temperature", "value": 1.25}\n') == [ParameterChange("temperature", 1.25)]


def test_a_value_may_be_a_word_as_typed(peer: Peer) -> None:
    asked = b'{"set": "split", "value": "C4", "part": 1}\n{"set": "mute", "value": true}\n'
    assert peer.asks(asked) == [ParameterChange("split", 60, 1), ParameterChange("mute", True)]


def test_follow_sets_all_that_follows(peer: Peer) -> None:
    asked = peer.asks(b'{"set": "follow", "value": 0.5, "part": 1}\n')
    assert asked == [ParameterChange(name, 0.5, 1) for name in FOLLOWED]


def test_an_action_has_the_time_at_which_it_came(peer: Peer) -> None:
    assert peer.asks(b'{"do": "panic"}\n') == [Action("panic", NOW_NS)]


def test_half_a_line_waits_for_the_rest(peer: Peer) -> None:
    assert peer.asks(b'{"do": "pa') == []
    assert peer.asks(b'nic"}\n') == [Action("panic", NOW_NS)]


def test_nothing_is_waited_for(peer: Peer) -> None:
    assert peer.surface.poll() == []


def test_what_came_before_the_end_still_counts(peer: Peer) -> None:
    peer.write(b'{"do": "panic"}\n')
    peer.hang_up()
    assert [peer.surface.poll(), peer.surface.poll(), peer.surface.poll()] == [[Action("panic", NOW_NS)], [], []]


def test_a_last_line_without_its_end_counts(peer: Peer) -> None:
    assert peer.asks(b'{"do": "panic"}') == []
    peer.hang_up()
    assert peer.surface.poll() == [Action("panic", NOW_NS)]


def test_programs_write_into_a_named_pipe_one_after_the_other(tmp_path: Path) -> None:
    path = tmp_path / "control"
    os.mkfifo(path)
    reads, writes = os.open(path, os.O_RDONLY | os.O_NONBLOCK), os.open(os.devnull, os.O_WRONLY)
    with ControlPipe(reads, writes, print, lambda: NOW_NS) as surface:
        for _ in range(2):
            path.write_bytes(b'{"do": "panic"}\n')
            assert [surface.poll(), surface.poll()] == [[Action("panic", NOW_NS)], []]
    os.close(reads)
    os.close(writes)


def test_of_many_lines_a_few_are_taken_at_a_time(peer: Peer) -> None:
    names = ["panic", "tap"] * 2 * LINES_AT_ONCE
    asked = [peer.asks(b"".join(b'{"do": "%s"}\n' % name.encode() for name in names))]
    while asked[-1]:
        asked.append(peer.surface.poll())
    assert max(map(len, asked)) == LINES_AT_ONCE
    assert [request for requests in asked for request in requests] == [Action(name, NOW_NS) for name in names]


@pytest.mark.parametrize(
    "line",
    [
        b"panic",
        b"[1, 2]",
        b'{"set": "temperature"}',
        b'{"set": "temperature", "value": 99}',
        b'{"set": "temperature", "value": NaN}',
        b'{"set": "colour", "value": 1}',
        b'{"set": "rng-seed", "value": 1, "part": -1}',
        b'{"set": ["temperature"], "value": 1}',
        b'{"set": "mode", "value": ["solo"]}',
        b'{"do": "dance"}',
        b'{"do": "panic", "set": "mute"}',
        b"[" * 900,
        b"\xff\xfe",
        b" " * LINE_BYTES + b"{}",
    ],
)
def test_a_bad_line_is_refused_and_the_next_is_heard(peer: Peer, line: bytes) -> None:
    assert peer.asks(line + b'\n{"do": "panic"}\n') == [Action("panic", NOW_NS)]
    assert peer.line()["type"] == "refused"


def test_a_line_without_end_fills_no_memory(peer: Peer) -> None:
    for _ in range(100):
        assert peer.asks(b"x" * 4096) == []
    assert peer.asks(b'\n{"do": "panic"}\n') == [Action("panic", NOW_NS)]
    assert peer.line()["type"] == "refused"


def test_entries_go_out_as_lines_in_order(peer: Peer) -> None:
    sounded = Sounded(7, Send(0, b"\x90\x3c\x40", 6, note_id=3, epoch=2))
    for entry in (Changed(1, ParameterChange("bpm", 96.0, 0)), sounded, Notice(8, "hello")):
        peer.surface.show(entry)
    assert peer.line() == {
        "type": "changed",
        "at_ns": 1,
        "change": {"type": "parameter_change", "name": "bpm", "value": 96.0, "part": 0},
    }
    send = peer.line()["send"]
    assert isinstance(send, dict)
    assert (send["data"], send["due_ns"], send["note_id"]) == ("90 3c 40", 6, 3)
    assert peer.line() == {"type": "notice", "at_ns": 8, "text": "hello"}


def test_a_reader_that_has_gone_is_told_once(peer: Peer) -> None:
    peer.stop_reading()
    for _ in range(3):
        peer.surface.show(Notice(1, "hello"))
        time.sleep(0.05)
    peer.surface.__exit__(None, None, None)
    assert len(peer.notices) == 1
    assert "--control-fd" in peer.notices[0]


def test_a_reader_that_does_not_read_holds_up_nobody(peer: Peer) -> None:
    began = time.monotonic()
    for _ in range(30_000):
        peer.surface.show(EngineLost(1, "gone"))
    assert time.monotonic() - began < 20  # a blocked write would never end


@pytest.mark.parametrize("text", ["x", "3,4,5", "", "99999", "9" * 30, "0", "-1"])
def test_a_bad_descriptor_is_an_error_in_one_line(text: str) -> None:
    with pytest.raises(InputError, match="--control-fd") as error:
        parse_descriptors(text)
    assert "\n" not in str(error.value)


def test_a_descriptor_is_refused_that_is_open_the_other_way_only() -> None:
    reads, writes = os.pipe()
    assert parse_descriptors(f"{reads},{writes}") == (reads, writes)
    for text, use in ((f"{writes},{reads}", "reading"), (str(reads), "writing")):
        with pytest.raises(InputError, match=f"is not open for {use}"):
            parse_descriptors(text)
    os.close(reads)
    os.close(writes)


def test_one_descriptor_is_both_ways(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "both", os.O_RDWR | os.O_CREAT)
    assert parse_descriptors(str(descriptor)) == (descriptor, descriptor)
    os.close(descriptor)


def test_the_type_of_an_entry_is_its_name_in_words() -> None:
    assert plain_entry(EngineLost(4, "why")) == {"type": "engine_lost", "at_ns": 4, "reason": "why"}


def test_a_request_is_for_one_part_or_all() -> None:
    assert parse_requests(b'{"do": "tap", "part": 2}', 1, 3) == [Action("tap", 1, 2)]
    assert parse_requests(b'{"do": "tap", "part": null}', 1) == [Action("tap", 1)]


@pytest.mark.parametrize("part", ["2", "-1", "true", '"0"', "[0]", "1e400"])
def test_a_part_that_is_not_there_is_refused_with_those_that_are(peer: Peer, part: str) -> None:
    for asked in ('"do": "tap"', '"set": "temperature", "value": 1'):
        assert peer.asks(f'{{{asked}, "part": {part}}}\n'.encode()) == []
        assert "it takes 0 to 1" in str(peer.line()["text"])
