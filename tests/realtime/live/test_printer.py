"""Lines go out in order, and nobody who prints ever waits."""

import io
import os
from typing import TextIO

from realtime.live.printer import MOST_LINES, Printer


def stream(descriptor: int) -> TextIO:
    return os.fdopen(descriptor, "w", encoding="ascii")


def test_lines_are_written_in_order_and_all_of_them_by_the_end() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with Printer(out) as printer:
        printer.print("one")
        printer.notify("two")
    assert out.buffer.getvalue() == f"one{os.linesep}antiphon: two{os.linesep}".encode()


def test_what_the_alphabet_lacks_is_written_all_the_same() -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    with Printer(out) as printer:
        printer.print("Ökonomie")
    assert out.buffer.getvalue() == f"\\xd6konomie{os.linesep}".encode()


def test_while_nobody_reads_lines_are_left_out_and_told_in_their_place() -> None:
    reading, writing = os.pipe()
    line = "x" * 1000
    with stream(writing) as out, os.fdopen(reading, encoding="ascii") as reader, Printer(out) as printer:
        lines = 4 * MOST_LINES  # a pipe holds 64 of them, the writing thread and the queue MOST_LINES each
        for _ in range(lines):
            printer.print(line)
        assert printer.left_out >= MOST_LINES
        for _ in range(lines - printer.left_out):
            assert reader.readline() == f"{line}\n"
        assert reader.readline() == f"antiphon: {printer.left_out} lines are left out here: nobody was reading\n"
        printer.print("again")
        assert reader.readline() == "again\n"


def test_the_end_does_not_wait_for_a_reader_for_ever() -> None:
    reading, writing = os.pipe()
    out = stream(writing)
    with Printer(out) as printer:
        for _ in range(100):
            printer.print("x" * 1000)
        printer.close(0.01)
    os.close(reading)  # only now does the thread get out of its write
    out.close()


def test_a_reader_that_has_gone_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with stream(writing) as out, Printer(out) as printer:
        printer.print("anybody?")


def test_a_stream_that_sometimes_has_no_room_is_tried_again() -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with stream(writing) as out, os.fdopen(reading, encoding="ascii") as reader, Printer(out) as printer:
        for _ in range(100):
            printer.print("x" * 1000)
        assert [reader.readline() for _ in range(100)] == ["x" * 1000 + "\n"] * 100


def test_without_a_stream_lines_go_nowhere() -> None:
    with Printer(None) as printer:
        printer.print("nobody")
