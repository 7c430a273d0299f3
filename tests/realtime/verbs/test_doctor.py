"""`antiphon doctor`."""

import subprocess
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest

from antiphon import main
from exported.card import GRAPH
from midi.errors import MachineError
from tests.peers.jackd import JackServer
from tests.tiny_model import build


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Callable[[], tuple[int, list[str]]]:
    """Runs it: the exit code, and the lines with their runs of spaces as one."""

    def run() -> tuple[int, list[str]]:
        code = main(["doctor"])
        return code, [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]

    return run


Report = Callable[[], tuple[int, list[str]]]


def test_with_a_midi_system_the_exit_code_is_0(jack: JackServer, report: Report) -> None:
    code, lines = report()
    assert code == 0
    assert "ok JACK answers; virtual ports" in lines


def test_without_one_it_is_1_and_each_gap_has_its_remedy(no_midi: None, report: Report) -> None:
    code, lines = report()
    assert code == 1
    assert lines[:5] == [
        "midi",
        "missing JACK does not answer",
        "-> start a JACK server as this user",
        "missing ALSA does not answer",
        "-> load its sequencer: sudo modprobe snd-seq",
    ]


def test_without_the_sound_library_it_says_which_package_has_it(
    monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    def fail() -> None:
        raise MachineError("libasound.so.2 is missing: apt install libasound2")

    monkeypatch.setattr("realtime.verbs.doctor.available_apis", fail)
    code, lines = report()
    assert code == 1
    assert "missing python-rtmidi libasound.so.2 is missing: apt install libasound2" in lines


def test_every_gap_is_followed_by_what_to_do(no_midi: None, report: Report) -> None:
    lines = report()[1]
    gaps = [index for index, line in enumerate(lines) if line.startswith(("missing ", "warn "))]
    assert gaps
    assert all(lines[index + 1].startswith("-> ") for index in gaps)


def test_two_onnxruntimes_in_one_environment_are_warned_of(monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    def both(package: str) -> str:
        return "1.31.1" if package.startswith("onnxruntime") else version(package)

    monkeypatch.setattr("realtime.verbs.doctor.version", both)
    lines = report()[1]
    at = lines.index("warn onnxruntime two wheels that overwrite each other's files are installed")
    assert lines[at + 1].startswith("-> pip uninstall -y onnxruntime-gpu onnxruntime")


def test_missing_training_packages_do_not_keep_anyone_from_jamming(
    jack: JackServer, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    def light(package: str) -> str:
        if package in ("tensorflow", "music21"):
            raise PackageNotFoundError(package)
        return version(package)

    monkeypatch.setattr("realtime.verbs.doctor.version", light)
    code, lines = report()
    assert code == 0
    assert "missing tensorflow not installed" in lines


def test_models_are_checked_to_the_last_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: Report) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("exported.model_store.SHIPPED", tmp_path / "exported")
    for name in ("default", "broken"):
        build(tmp_path / "exported" / name)
    with (tmp_path / "exported" / "broken" / GRAPH).open("ab") as graph:
        graph.write(b"\0")
    lines = report()[1]
    assert any(line.startswith("ok default ") for line in lines)
    assert any(line.startswith("missing broken ") and "sha256" in line for line in lines)


@pytest.mark.parametrize(("granted", "verdict"), [(0, "ok"), (1, "warn")])
def test_real_time_scheduling_is_tried_not_guessed(
    granted: int, verdict: str, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    def tried(words: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess(words, granted)

    monkeypatch.setattr("realtime.verbs.doctor.subprocess.run", tried)
    assert any(line.startswith(f"{verdict} real-time scheduling ") for line in report()[1])
