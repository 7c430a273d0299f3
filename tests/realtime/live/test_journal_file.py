"""The journal as a file: every line that is there is whole, also after a SIGKILL at any moment."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from midi.errors import InputError
from realtime.live.observers.journal_file import JournalFile
from realtime.session.journal import Notice
from tests.peers.daemon import installed
from tests.peers.program import Program, wait_until

WRITES_ON = """
import sys, time
from pathlib import Path
from realtime.live.observers.journal_file import JournalFile
from realtime.session.journal import Notice
journal = JournalFile(Path(sys.argv[1]), print)
while True:
    journal.take(Notice(time.monotonic_ns(), "x" * 50))
    time.sleep(0.0005)
"""


def _entries(path: Path) -> list[dict[str, object]]:
    """The whole lines of a file; what a crash left of the last one is no line."""
    *lines, _rest = path.read_bytes().split(b"\n")
    return [json.loads(line) for line in lines]


def test_entries_are_appended_to_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "jam.jsonl"
    for text in ("first", "second"):
        with JournalFile(path, print) as journal:
            journal.take(Notice(1, text))
    assert [entry["text"] for entry in _entries(path)] == ["first", "second"]


def test_a_line_that_was_cut_is_no_part_of_the_next(tmp_path: Path) -> None:
    path = tmp_path / "jam.jsonl"
    path.write_bytes(b'{"type": "not')
    with JournalFile(path, print) as journal:
        journal.take(Notice(1, "hello"))
    cut, line, rest = path.read_bytes().split(b"\n")
    assert (cut, json.loads(line)["text"], rest) == (b'{"type": "not', "hello", b"")


def test_one_file_is_not_written_by_two_at_once(tmp_path: Path) -> None:
    path = tmp_path / "jam.jsonl"
    with JournalFile(path, print), pytest.raises(InputError, match="another jam writes it"):
        JournalFile(path, print)
    with JournalFile(path, print):
        pass


def test_a_named_pipe_that_nobody_reads_is_an_error_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match="cannot write"):
        JournalFile(path, print)


def test_a_place_that_cannot_be_written_is_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        JournalFile(tmp_path / "no" / "jam.jsonl", print)


def test_a_full_disk_is_told_once_and_stops_nothing() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    notices: list[str] = []
    with JournalFile(Path("/dev/full"), notices.append) as journal:
        for _ in range(3):
            journal.take(Notice(1, "hello"))
            time.sleep(0.05)
    assert len(notices) == 1


def test_a_kill_leaves_all_but_the_last_tenth_of_a_second(tmp_path: Path) -> None:
    path = tmp_path / "jam.jsonl"
    with Program([sys.executable, "-c", WRITES_ON, str(path)]) as writing:
        wait_until(lambda: path.exists() and path.stat().st_size > 20_000, "the journal")
        killed_ns = time.monotonic_ns()
        os.kill(writing.pid, signal.SIGKILL)
        writing.wait()
    entries = _entries(path)
    assert len(entries) > 100
    gap_s = (killed_ns - int(str(entries[-1]["at_ns"]))) / 1e9
    assert gap_s < 2.0, "a tenth of a second on a machine that is not busy"


def test_a_jam_is_set_by_another_program_and_leaves_its_journal(tiny_folder: Path, tmp_path: Path) -> None:
    theirs_in, writes = os.pipe()
    reads, theirs_out = os.pipe()
    path = tmp_path / "jam.jsonl"
    words = [installed(), "jam", "--midi-api", "none", "--model", str(tiny_folder), "--no-save"]
    words += ["--journal", str(path), "--control-fd", f"{theirs_in},{theirs_out}", "--bpm", "300", "--bars", "1"]
    with subprocess.Popen(words, pass_fds=(theirs_in, theirs_out), stdout=subprocess.PIPE, text=True) as jam:
        os.close(theirs_in)
        os.close(theirs_out)
        os.write(writes, b'{"set": "temperature", "value": 1.5}\n{"do": "dance"}\n')
        with os.fdopen(reads, encoding="utf-8") as lines:
            shown = [json.loads(line) for line in lines]
        assert jam.wait() == 0
    os.close(writes)
    entries = _entries(path)
    change = {"type": "parameter_change", "name": "temperature", "value": 1.5, "part": None}
    assert change in [entry["change"] for entry in shown if entry["type"] == "changed"]
    assert [entry["type"] for entry in shown].count("refused") == 1
    assert [entry for entry in shown if entry["type"] != "refused"] == entries
    kinds = {str(entry["type"]) for entry in entries}
    assert {"changed", "human", "sounded", "engine_started"} <= kinds
    sounding: dict[str, int] = {}
    for entry in entries:
        if entry["type"] == "sounded":
            status, pitch, velocity = (int(byte, 16) for byte in entry["send"]["data"].split())  # type: ignore[index]
            is_on = status & 0xF0 == 0x90 and velocity > 0
            sounding[str(pitch)] = sounding.get(str(pitch), 0) + (1 if is_on else -1)
    assert set(sounding.values()) == {0}
