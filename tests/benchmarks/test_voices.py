"""The table of many voices: a row for each number of them, and figures that are measured."""

from pathlib import Path

import pytest

from benchmarks import voices


def test_every_number_of_voices_has_its_row(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "VOICES", (1, 3))
    monkeypatch.setattr(voices, "INTERRUPTIONS", 20)
    _, _, *rows = voices.voice_lines(tiny_folder, 60)
    figures = [[float(word.rstrip("%").replace(",", "")) for word in row.split()] for row in rows]
    assert [row[0] for row in figures] == [1, 3]
    assert figures[0][2] == 100
    for _, cost_us, _, per_second, median, p99, worst in figures:
        assert per_second == pytest.approx(1e6 / cost_us, rel=0.05)
        assert 0 < median <= p99 <= worst
