"""The run with other systems, without them: turns, tables, and what goes wrong. And ours, as it enters."""

import shutil
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from benchmarks.peers import adapter, antiphon
from benchmarks.peers.environments import INSTALLED, Environment, python_of
from benchmarks.peers.process import System
from benchmarks.peers.run import Comparison, Length
from benchmarks.peers.table import Row, lines, percentile
from midi.errors import MachineError

TWO_ROUNDS = Length(rounds=2, notes=4, paced=1)
SMALL = Environment("small", "small==1.0", disk_gb=0.001, minutes=0.1)


def system(name: str, milliseconds: str, *when: str, share: float = 1.0) -> System:
    return System(name, "tests.benchmarks.peers.stand_in", (name, milliseconds, *when), share=share)


def compared(*systems: System) -> tuple[int, list[str]]:
    said: list[str] = []
    return Comparison(systems, said.append).run(TWO_ROUNDS), said


def cells(said: list[str], name: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in said if line.startswith(f"| {name} |")]


def test_every_system_takes_its_turns_and_stands_in_both_tables_with_its_ratio_to_the_first() -> None:
    code, said = compared(system("ours", "2"), system("slow", "50", share=0.5))
    assert code == 0
    assert [row[:6] for row in cells(said, "ours")] == [
        ["ours", "8", "2.000", "2.000", "2.000", "1.00"],
        ["ours", "2", "2.000", "2.000", "2.000", "1.00"],
    ]
    assert [row[:6] for row in cells(said, "slow")] == [
        ["slow", "4", "50.0", "50.0", "50.0", "25"],
        ["slow", "2", "50.0", "50.0", "50.0", "25"],
    ]
    assert "- slow: always 50 ms" in said


@pytest.mark.parametrize(
    ("when", "why"), [("dies at once", "the stand-in lacks an orchestra"), ("dies in round two", "a string broke")]
)
def test_a_system_that_fails_is_a_line_in_the_table_and_not_the_end(when: str, why: str) -> None:
    code, said = compared(system("ours", "2"), system("ill", "3", when), system("well", "4"))
    assert code == 3
    assert cells(said, "ill") == [["ill", f"not measured: it ended (exit code 1): {why}", "", "", "", "", ""]] * 2
    assert [row[5] for row in cells(said, "well")] == ["2.00", "2.00"]


def test_without_ours_there_is_no_ratio() -> None:
    table = lines("what", [Row("ours", failure="no model"), Row("other", [0.001])])
    assert table[2:] == [
        "| ours | not measured: no model | | | | | |",
        "| other | 1 | 1.000 | 1.000 | 1.000 |  | 0 |",
    ]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile(range(1, 101), 99) == 99
    assert percentile([3.0, 1.0, 2.0], 99) == 3.0
    assert percentile([7.0], 50) == 7.0


def test_only_the_decision_is_timed_and_not_the_silence_before() -> None:
    assert max(adapter.each(lambda: None)([0.05])) < 0.05


def test_antiphon_enters_with_its_default_model_by_the_daemons_own_path() -> None:
    name, what, play = antiphon.prepare()
    assert name == "Antiphon"
    assert "the default model" in what
    seconds = play([0.0, 0.01, 0.0])
    assert len(seconds) == 3
    assert min(seconds) > 0


def test_an_environment_is_installed_once_and_its_size_is_said_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def create(home: Path, **_: Any) -> None:
        (home / "bin").mkdir(parents=True, exist_ok=True)
        (home / "bin" / "python").touch()

    def pip(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(venv, "create", create)
    monkeypatch.setattr(subprocess, "run", pip)
    said: list[str] = []
    assert python_of(SMALL, said.append, tmp_path) == python_of(SMALL, said.append, tmp_path)
    assert [command[-1] for command in commands] == ["small==1.0"]
    assert len(said) == 1
    assert "0.001 GB" in said[0]


def test_where_pip_fails_the_next_run_tries_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(venv, "create", lambda home, **_: None)
    monkeypatch.setattr(subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1))
    with pytest.raises(MachineError, match=r"pip install small==1\.0 failed"):
        python_of(SMALL, lambda line: None, tmp_path)
    assert not (tmp_path / "small" / INSTALLED).exists()


def test_a_disk_too_full_is_said_before_anything_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda home: shutil._ntuple_diskusage(100, 99, 1))
    monkeypatch.setattr(venv, "create", lambda home, **_: pytest.fail("it went on"))
    with pytest.raises(MachineError, match=r"0\.0 GB are free"):
        python_of(SMALL, lambda line: None, tmp_path)
