"""A jam of hours on a clock that jumps, cut short, and what it would tell if something were wrong."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.live import hours
from benchmarks.live.hours import BPM, LongJam, hours_lines
from exported.onnx_model import load_model
from realtime.improviser.engine import Engine
from realtime.offline import Offline
from realtime.settings import Settings


def test_minutes_of_it_keep_time_and_end_every_note(tiny_folder: Path) -> None:
    ended, grid, *_ = hours_lines(tiny_folder, 0.1)
    assert "0.1 simulated hours" in ended
    assert ended.endswith("must 0 and 0: met")
    assert grid.endswith("met")


def test_both_modes_are_played_and_nothing_is_kept_that_is_over(
    tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hours, "HOUR_NS", 60 * 10**9)
    monkeypatch.setattr(hours, "SAMPLE_NS", 5 * 10**9)
    engine = Engine(load_model(tiny_folder, "cpu"), Settings(bpm=BPM))
    long = LongJam(Offline(engine), random.Random(0))
    modes = set()
    while long.hours < 2:
        long.play_on()
        modes.add(long.jam.part.settings.mode)
    long.end()
    assert modes == {"accompany", "reply"}
    assert long.jam.sent == []
    assert long.answer.all_match
    assert long.answer.notes == sum(len(off) for off in long.off_ns.values()) > 50
    assert len(long.resident) > 5


def test_a_note_off_the_grid_is_seen_after_hours_as_at_the_begin() -> None:
    tick = Fraction(60 * 10**9, BPM * 24)
    for index in (0, 1, 10**6):
        on_it = int(index * tick)
        assert -1 < hours._from_grid(on_it) <= 0
        assert hours._from_grid(on_it + 5_000_000) == pytest.approx(5_000_000, abs=1)
        assert hours._from_grid(on_it - 5_000_000) == pytest.approx(-5_000_000, abs=1)


def test_the_records_share_of_memory_is_counted_as_notes_need_it() -> None:
    assert 50 < hours._bytes_a_note() < 1000
