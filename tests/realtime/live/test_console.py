"""What is typed: parameters and their values, help, and nothing that could stop the music."""

import io
import threading
import time
from collections.abc import Iterator

from realtime.live.console import LINE_BYTES, LINES_AT_ONCE, MOST_LINES, Action, Change, Console
from realtime.messages import CHANGE_BYTES
from realtime.session.actions import ACTIONS
from realtime.settings import FOLLOW_ALL, FOLLOWED, PARAMETERS, Settings
from tests.peers.program import wait_until


class Chunks:
    """Keys as they come."""

    def __init__(self, chunks: Iterator[bytes | None]) -> None:
        self.read = lambda _size, /: next(chunks, b"")


def typed(*lines: str) -> tuple[list[Change | Action], list[str]]:
    said: list[str] = []
    console = Console(io.BytesIO("".join(f"{line}\n" for line in lines).encode()), said.append)
    changes: list[Change | Action] = []
    limit = time.monotonic() + 5
    while time.monotonic() < limit and not (changes and changes[-1] == Change("end", "")):
        changes += console.poll([Settings(), Settings(temperature=0.4)])
    return changes[:-1], said


def test_a_name_and_a_value_are_a_change_however_they_are_written() -> None:
    changes, _ = typed("temperature 1.1", "--mode solo", "swing=60", "", "end")
    assert changes == [Change("temperature", "1.1"), Change("mode", "solo"), Change("swing", "60")]


def test_follow_sets_all_of_them() -> None:
    changes, _ = typed("follow 0.8", "end")
    assert [change.name for change in changes] == list(FOLLOWED)
    assert {"follow-dynamics", "follow-density", "follow-register", "follow-key"} <= set(FOLLOWED)


def test_a_question_mark_tells_all_and_a_name_alone_tells_one() -> None:
    changes, said = typed("?", "temperature", "end")
    assert changes == []
    assert len(said) == len(PARAMETERS) + len(ACTIONS) + 1
    assert any(line.startswith("tap: ") for line in said)
    assert said[-1].startswith("temperature 0.9")


def test_a_number_before_it_is_whose_it_is() -> None:
    changes, said = typed("2 temperature 1.1", "3 mode=solo", "2 temperature", "7 temperature", "end")
    assert changes == [Change("temperature", "1.1", 2), Change("mode", "solo", 3)]
    assert [line.split()[1] for line in said] == ["0.4", "0.9"]


def test_an_action_is_stamped_when_it_is_read_not_when_it_is_polled() -> None:
    waits = [threading.Event(), threading.Event()]

    def chunks() -> Iterator[bytes]:
        yield b"tap\n"
        waits[0].wait(5)
        yield b"tap\n"
        yield b"end\n"
        waits[1].set()

    before = time.monotonic_ns()
    console = Console(Chunks(chunks()), lambda _: None)
    between = time.monotonic_ns()
    waits[0].set()
    assert waits[1].wait(5)
    after = time.monotonic_ns()
    first, second, _ = console.poll([Settings()])
    assert isinstance(first, Action)
    assert isinstance(second, Action)
    assert (first.name, second.name) == ("tap", "tap")
    assert before <= first.at_ns <= second.at_ns <= after
    assert second.at_ns >= between


def typed_bytes(*chunks: bytes | None) -> tuple[list[Change | Action], list[str]]:
    said: list[str] = []
    console = Console(Chunks(iter((*chunks, b"end\n"))), said.append)
    changes: list[Change | Action] = []

    def is_over() -> bool:
        changes.extend(console.poll([Settings()]))
        return Change("end", "") in changes

    wait_until(is_over, "the end")
    return changes[:-1], said


def test_a_line_may_come_in_pieces_and_the_last_without_an_end() -> None:
    changes, _ = typed_bytes(b"mode ", None, b"solo\nswing", b" 60\n")
    assert changes == [Change("mode", "solo"), Change("swing", "60")]


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    changes, _ = typed_bytes(b"\xff\xfe\x00\n", b"swing 60\n")
    assert changes[-1] == Change("swing", "60")


def test_a_line_without_end_is_told_and_takes_no_memory() -> None:
    endless = [b"x" * 4096] * 1000
    changes, said = typed_bytes(*endless, b"\n", b"swing 60\n")
    assert changes == [Change("swing", "60")]
    assert len(said) == 1
    assert said[0].startswith(f"a line of more than {LINE_BYTES} characters was typed ('xxxxxxxxxxxxxxxx'...): type a")


def test_no_parameter_and_its_value_is_too_long_to_be_typed() -> None:
    longest = max(
        len(f"64 --{name} {text}") for name, text in [*((n, "0.123456") for n in FOLLOWED), ("rng-seed", "9" * 19)]
    )
    assert longest <= LINE_BYTES
    assert LINE_BYTES + max(map(len, FOLLOWED)) - len(FOLLOW_ALL) <= CHANGE_BYTES


def test_who_types_without_end_is_looked_at_a_few_lines_at_a_time() -> None:
    console = Console(Chunks(iter(lambda: b"swing 60\n" * 100, b"")), lambda _: None)
    wait_until(lambda: len(console.poll([Settings()])) == LINES_AT_ONCE, "more lines than are looked at")
    wait_until(lambda: console._typed.full(), "the queue to be full")
    assert console._typed.qsize() == MOST_LINES
