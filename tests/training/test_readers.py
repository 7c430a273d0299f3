"""A file that its reader never finishes, eats the memory with, or dies of, costs only itself."""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from tests.training.music import write_folder
from training import cache, corpus, readers
from training.cache import Reading
from training.corpus import read_folder
from training.readers import LEAST_S, MOST_S, TooLongError, read_all, seconds_for, within


def read(path: Path) -> Reading:
    """A reader that does as the file's name says. Runs in a process of its own."""
    if path.name == "stuck":
        try:
            with within(0.2):
                time.sleep(3600)
        except TooLongError:
            return Reading.none("stuck")
    if path.name == "hungry":
        try:
            return Reading((str(len(bytearray(readers.MOST_MEMORY + 10**9))),))
        except MemoryError:
            return Reading(lost=(("", "hungry"),))
    if path.name == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return Reading((path.name,))


def impatient(path: Path) -> float:
    """Gives an ABC file hardly any time."""
    return 0.01 if path.suffix == ".abc" else 600.0


def test_a_file_beyond_its_limits_is_given_up_and_the_others_are_read() -> None:
    paths = [Path(name) for name in ("stuck", "a", "deadly", "b", "hungry", "c")]
    readings = {path.name: reading for path, reading in read_all(paths, read)}
    assert {name for name, reading in readings.items() if reading.labels} == {"a", "b", "c"} | _unlimited()
    assert readings["stuck"] == Reading.none("stuck")
    assert "reading process was ended" in readings["deadly"].lost[0][1]


def _unlimited() -> set[str]:
    """Where the system knows no limit of memory, the hungry file is read."""
    return set() if sys.platform == "linux" else {"hungry"}


def test_a_larger_file_may_take_longer_up_to_a_limit(tmp_path: Path) -> None:
    sizes = []
    for size in (0, 10_000, 50_000_000):
        (tmp_path / "f").write_bytes(b"x" * size)
        sizes.append(seconds_for(tmp_path / "f"))
    assert sizes == [LEAST_S, LEAST_S + 100, MOST_S]


def test_a_file_that_was_given_up_is_named_and_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "music", 2)
    (folder / "endless.abc").write_text("X:1\nT:t\nM:4/4\nL:1/4\nK:D\nA|F/2z9999999 A/2F/2|\n")
    monkeypatch.setattr(corpus, "read_file", partial(corpus.read_file, limit=impatient))
    first = read_folder(folder)
    assert [(one.name, one.line) for one in first.skipped] == [("endless.abc", "it takes longer than 0 s to read")]
    assert len(first.works) == 2
    monkeypatch.setattr(corpus, "_read_in_pool", lambda unread: pytest.fail(f"tried again: {unread}"))
    second = read_folder(folder)
    assert (second.skipped, second.digest) == (first.skipped, first.digest)


def test_a_file_that_is_too_large_is_skipped_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "music", 1)
    monkeypatch.setattr(corpus, "MOST_BYTES", 5_000)
    (folder / "big.mid").write_bytes(b"MThd" + b"\0" * 6_000)
    entry = cache.entry

    def checked(path: Path) -> Path:
        assert path.name != "big.mid", "not even hashed"
        return entry(path)

    monkeypatch.setattr(cache, "entry", checked)
    assert [(one.name, one.line) for one in read_folder(folder).skipped] == [("big.mid", "it is larger than 0 MB")]
