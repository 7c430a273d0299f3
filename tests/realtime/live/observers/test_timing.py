import csv
from pathlib import Path

import pytest

from midi.errors import InputError
from realtime.live.observers.timing import COLUMNS, LONGEST, Timing
from realtime.session.journal import Send, Sounded

ON = bytes((0x90, 60, 80))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_message_becomes_a_row_with_both_its_times(tmp_path: Path) -> None:
    timing = Timing()
    timing.take(Sounded(1_045_500, Send(0, ON, 1_000_000, 7, 3, 900_000)))
    timing.take(Sounded(1_999_000, Send(0, b"\xc0\x07", 2_000_000)))
    path = tmp_path / "timing.csv"
    timing.save(path)
    rows = read(path)
    assert list(rows[0]) == list(COLUMNS)
    assert list(rows[0].values()) == ["1000000", "1045500", "45.5", "144", "60", "80", "7", "3", "900000"]
    assert list(rows[1].values()) == ["2000000", "1999000", "-1.0", "192", "7", "", "-1", "0", ""]
    assert [found.name for found in tmp_path.iterdir()] == ["timing.csv"]


def test_the_summary_tells_the_median_the_hundredth_the_worst_and_what_was_dropped() -> None:
    timing = Timing()
    for late_us in range(1, 101):
        timing.take(Sounded(late_us * 1_000, Send(0, ON, 0)))
    timing.take(Sounded(1_200_000, Send(0, ON, 0)))
    assert timing.lines(dropped=2) == [
        "timing: 101 messages, sent after their time by 51 us (p50), 100 us (p99), 1,200 us at worst",
        "timing: 1 later than 500 us; 2 notes dropped, decided too late",
    ]


def test_a_jam_without_a_note_has_a_summary_too() -> None:
    assert Timing().lines(dropped=0) == ["timing: nothing was sent; 0 notes dropped"]


def test_an_installation_that_plays_for_weeks_keeps_the_last_messages() -> None:
    timing = Timing()
    for index in range(LONGEST + 10):
        timing.take(Sounded(index, Send(0, ON, index)))
    assert len(timing._rows) == LONGEST


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot write"):
        Timing().save(tmp_path / "nowhere" / "timing.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        Timing().save(tmp_path / "folder.csv")
    assert [found.name for found in tmp_path.iterdir()] == ["folder.csv"]
