"""`python -m benchmarks.soak`, twenty seconds of it: nothing is lost, nothing hangs, and what does not hold is told."""

import os
import subprocess
import sys
import time
from pathlib import Path

from tests.live.conftest import kill
from tests.peers.program import Program, need, wait_until


def test_a_hostile_human_for_twenty_seconds_breaks_nothing(tiny: str) -> None:
    need("jackd")
    words = [sys.executable, "-m", "benchmarks.soak", "--model", tiny, "--seconds", "20", "--rng-seed", "3"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "MISSED" not in done.stdout
    assert "0 lost, 0 doubled: met" in done.stdout
    assert "0 without their end, 0 ends without a note: met" in done.stdout
    assert "the engine was replaced 0 times: met" in done.stdout
    for role in ("I/O process", "engine process"):
        assert f"{role}: " in done.stdout


def test_an_engine_that_dies_meanwhile_fails_the_soak(tiny: str, tmp_path: Path) -> None:
    need("jackd")
    words = [sys.executable, "-m", "benchmarks.soak", "--model", tiny, "--seconds", "6"]
    with Program(words, {"TMPDIR": str(tmp_path)}) as soaking:
        wait_until(lambda: bool(list(tmp_path.rglob("*.score"))), "the music")
        time.sleep(2)
        for engine in _engines(soaking.pid):
            kill(engine, 9)
        assert soaking.wait() == 1
        said = [line.text for line in soaking.lines]
    assert "the engine was replaced 1 times: MISSED" in said
    assert any(line.startswith("through the daemon") and line.endswith("met") for line in said)


def test_a_soak_that_is_ended_leaves_no_process_behind(tiny: str) -> None:
    need("jackd")
    with Program([sys.executable, "-m", "benchmarks.soak", "--model", tiny, "--seconds", "60"]) as soaking:
        wait_until(lambda: bool(_engines(soaking.pid)), "the engine")
        started = _descendants(soaking.pid)
        os.kill(soaking.pid, 15)
        soaking.wait()
        assert "Traceback" not in soaking.errors
    wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started), "the end of all")


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [one for child in children for one in (int(child), *_descendants(int(child)))]


def _engines(pid: int) -> list[int]:
    """The engine processes below a process: what multiprocessing spawned, but for its own tracker."""
    return [one for one in _descendants(pid) if "spawn_main" in Path(f"/proc/{one}/cmdline").read_text()]
