"""What is typed: parameters and their values, help, and nothing that could stop the music."""

import io
import threading
import time
from collections.abc import Iterator

from realtime.live.printer import Printer
from realtime.live.surfaces.console import LINE_BYTES, LINES_AT_ONCE, MOST_LINES, Console, Keys
from realtime.messages import ParameterChange
from realtime.session.controls import ACTIONS, Action, Controls, Request
from realtime.session.journal import Changed, Notice
from realtime.session.voice_routing import VoiceRouting
from realtime.settings import FOLLOWED, PARAMETERS, Settings
from tests.peers.program import wait_until


class Chunks:
    """Keys as they come."""

    def __init__(self, chunks: Iterator[bytes | None]) -> None:
        self.read = lambda _size, /: next(chunks, b"")


class Screen(Printer):
    """Keeps the lines that a person would see."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lines: list[str] = []

    def print(self, line: str) -> None:
        self.lines.append(line)


END = "panic"


def console_on(keys: Keys, screen: Screen | None = None) -> Console:
    controls = Controls((Settings(), Settings(temperature=0.4)), VoiceRouting(2))
    console = Console(screen or Screen(), controls)
    console.read(keys)
    return console


def polled(keys: Keys) -> tuple[list[Request], list[str]]:
    """The requests before END, and the lines shown."""
    screen = Screen()
    console = console_on(keys, screen)
    requests: list[Request] = []

    def is_over() -> bool:
        requests.extend(console.poll())
        return bool(requests) and isinstance(requests[-1], Action) and requests[-1].name == END

    wait_until(is_over, "the end")
    return requests[:-1], screen.lines


def typed(*lines: str) -> tuple[list[Request], list[str]]:
    return polled(io.BytesIO("".join(f"{line}\n" for line in (*lines, END)).encode()))


def test_a_name_and_a_value_are_a_change_however_they_are_written() -> None:
    changes, _ = typed("temperature 1.1", "--mode solo", "swing=60", "")
    assert changes == [
        ParameterChange("temperature", 1.1),
        ParameterChange("mode", "solo"),
        ParameterChange("swing", 60.0),
    ]


def test_follow_sets_all_of_them() -> None:
    changes, _ = typed("follow 0.8")
    assert changes == [ParameterChange(name, 0.8) for name in FOLLOWED]
    assert {"follow-dynamics", "follow-density", "follow-register", "follow-key"} <= set(FOLLOWED)


def test_a_question_mark_tells_all_and_a_name_alone_tells_one() -> None:
    changes, said = typed("?", "temperature")
    assert changes == []
    assert len(said) == len(PARAMETERS) + len(ACTIONS) + 1
    assert any(line.startswith("tap: ") for line in said)
    assert said[-1].startswith("temperature 0.9")


def test_a_number_before_it_is_whose_it_is() -> None:
    changes, said = typed("2 temperature 1.1", "3 mode=solo", "2 temperature", "7 temperature")
    assert changes == [ParameterChange("temperature", 1.1, 1), ParameterChange("mode", "solo", 2)]
    assert [line.split()[1] for line in said] == ["0.4", "0.9"]


def test_an_action_is_stamped_when_it_is_read_not_when_it_is_polled() -> None:
    waits = [threading.Event(), threading.Event()]

    def chunks() -> Iterator[bytes]:
        yield b"tap\n"
        waits[0].wait(5)
        yield b"tap\n"
        yield b"panic\n"
        waits[1].set()

    before = time.monotonic_ns()
    console = console_on(Chunks(chunks()))
    between = time.monotonic_ns()
    waits[0].set()
    assert waits[1].wait(5)
    after = time.monotonic_ns()
    first, second, _ = console.poll()
    assert isinstance(first, Action)
    assert isinstance(second, Action)
    assert (first.name, second.name) == ("tap", "tap")
    assert before <= first.at_ns <= second.at_ns <= after
    assert second.at_ns >= between


def typed_bytes(*chunks: bytes | None) -> tuple[list[Request], list[str]]:
    return polled(Chunks(iter((*chunks, b"panic\n"))))


def test_a_line_may_come_in_pieces_and_the_last_without_an_end() -> None:
    changes, _ = typed_bytes(b"mode ", None, b"solo\nswing", b" 60\n")
    assert changes == [ParameterChange("mode", "solo"), ParameterChange("swing", 60.0)]


def test_bytes_that_are_no_text_do_not_end_it() -> None:
    changes, _ = typed_bytes(b"\xff\xfe\x00\n", b"swing 60\n")
    assert changes[-1] == ParameterChange("swing", 60.0)


def test_a_line_without_end_is_told_and_takes_no_memory() -> None:
    endless = [b"x" * 4096] * 1000
    changes, said = typed_bytes(*endless, b"\n", b"swing 60\n")
    assert changes == [ParameterChange("swing", 60.0)]
    assert len(said) == 1
    assert said[0].startswith(f"a line of more than {LINE_BYTES} characters was typed ('xxxxxxxxxxxxxxxx'...): type a")


def test_no_parameter_and_its_value_is_too_long_to_be_typed() -> None:
    longest = max(
        len(f"64 --{name} {text}") for name, text in [*((n, "0.123456") for n in FOLLOWED), ("rng-seed", "9" * 19)]
    )
    assert longest <= LINE_BYTES


def test_a_line_that_asks_for_what_there_is_not_is_answered_with_a_line() -> None:
    requests, lines = typed("temperature warm", "volume 3", "rng-seed 4", "swing 60")
    assert requests == [ParameterChange("swing", 60.0)]
    assert [line[:40] for line in lines] == [
        "antiphon: --temperature 'warm' is not un",
        "antiphon: no parameter 'volume'; there a",
        "antiphon: rng-seed cannot change while p",
    ]


def test_notices_are_shown_and_other_entries_are_not() -> None:
    screen = Screen()
    console = Console(screen, Controls((Settings(),), VoiceRouting()))
    console.show(Changed(0, ParameterChange("swing", 60.0)))
    console.show(Notice(0, "the clock has gone"))
    assert screen.lines == ["antiphon: the clock has gone"]


def test_who_types_without_end_is_looked_at_a_few_lines_at_a_time() -> None:
    console = console_on(Chunks(iter(lambda: b"swing 60\n" * 100, b"")))
    wait_until(lambda: len(console.poll()) == LINES_AT_ONCE, "more lines than are looked at")
    wait_until(lambda: console._typed.full(), "the queue to be full")
    assert console._typed.qsize() == MOST_LINES
