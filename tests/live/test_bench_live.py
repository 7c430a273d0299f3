"""`python -m benchmarks.live`, a few seconds of it: a real JACK server, the real daemon, and counts that agree."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from midi.errors import InputError, MachineError
from tests.peers.program import need


def bench(name: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", f"benchmarks.{name}", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, env=environment or None)


def test_the_live_bench_measures_every_part_and_loses_nothing(tiny: str) -> None:
    need("jackd")
    done = bench("live", "--model", tiny, "--seconds", "1", "--hours", "0.05", "--period", "256")
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout
    assert "256 frames a period at 48 kHz: 5.3 ms" in told
    hop = re.search(r"port hop: musician to listener, one cable +(\d+) +([\d.]+)", told)
    through = re.search(r"through the daemon \(--thru\) +(\d+) +([\d.]+)", told)
    assert hop is not None
    assert through is not None
    assert hop[1] == through[1], "every message that went by cable went through the daemon as well"
    assert 0 < float(hop[2]) < float(through[2])
    assert re.search(r"engine and machine busy: decided before they were due +\d+", told)
    assert "1000 at once: 1,000 sent, 0 lost, 0 doubled" in told
    assert "2000 a second for 1 s: 2,000 sent, 0 lost, 0 doubled" in told
    assert told.count("beside it, on one cable without the daemon: 0 lost, 0 doubled") == 2
    assert "0.05 simulated hours" in told
    assert not re.search(r"lost.*MISSED", told)


def test_without_a_jack_server_to_start_it_says_so_in_a_line(tmp_path: Path) -> None:
    done = bench("live", PATH=str(tmp_path))
    assert done.returncode == MachineError.exit_code
    assert done.stderr == "antiphon: a live bench needs Linux and a JACK server of its own: apt install jackd2\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("live", "--period", "7"), "--period 7 is out of range: 16 to 4096"),
        (("live", "--hours", "-1"), "--hours -1 is out of range: 0 to 1000"),
        (("soak", "--seconds", "0"), "--seconds 0 is out of range: 1 to 86400"),
        (("soak", "--midi", "/nowhere"), "no MIDI files in /nowhere: give a folder that has some with --midi DIR"),
        (("live", "--sideways"), "unrecognized arguments: --sideways"),
    ],
)
def test_a_mistake_is_told_in_a_line_before_anything_is_started(words: tuple[str, ...], told: str) -> None:
    done = bench(*words)
    assert done.returncode == InputError.exit_code
    assert done.stderr.startswith("antiphon: ")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
