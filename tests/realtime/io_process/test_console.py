"""What is typed: parameters and their values, help, and nothing that could stop the music."""

import io
import threading
import time
from collections.abc import Iterator
from typing import TextIO, cast

from realtime.io_process.actions import ACTIONS
from realtime.io_process.console import Action, Change, Console
from realtime.settings import PARAMETERS, Settings


def typed(*lines: str) -> tuple[list[Change | Action], list[str]]:
    said: list[str] = []
    console = Console(io.StringIO("".join(f"{line}\n" for line in lines)), said.append)
    changes: list[Change | Action] = []
    limit = time.monotonic() + 5
    while time.monotonic() < limit and not (changes and changes[-1] == Change("end", "")):
        changes += console.poll([Settings(), Settings(temperature=0.4)])
    return changes[:-1], said


def test_a_name_and_a_value_are_a_change_however_they_are_written() -> None:
    changes, _ = typed("temperature 1.1", "--mode solo", "swing=60", "", "end")
    assert changes == [Change("temperature", "1.1"), Change("mode", "solo"), Change("swing", "60")]


def test_follow_sets_its_four() -> None:
    changes, _ = typed("follow 0.8", "end")
    assert [change.name for change in changes] == ["follow-dynamics", "follow-density", "follow-register", "follow-key"]


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

    def lines() -> Iterator[str]:
        yield "tap\n"
        waits[0].wait(5)
        yield "tap\n"
        yield "end\n"
        waits[1].set()

    before = time.monotonic_ns()
    console = Console(cast("TextIO", lines()), lambda _: None)
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
