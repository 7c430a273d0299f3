"""The cost of the daemon while nobody plays: start-up, memory, idle CPU. Read from /proc, so on Linux only."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from midi.errors import MachineError
from realtime.bench import procfs
from realtime.child_environment import child_environment

STARTS = 3


@dataclass(frozen=True, slots=True)
class Idle:
    """A daemon that is ready, and how long it took, in seconds."""

    pid: int
    ready_s: float


def idle_lines(folder: Path, seconds: float) -> Iterator[str]:
    """Start the daemon a few times, let the last one idle, and read what the kernel counts; yields lines to print."""
    if not procfs.is_there():
        yield "start-up, memory and idle CPU are read from /proc, which only Linux has"
        return
    ready_s = []
    for _ in range(STARTS - 1):
        with _daemon(folder) as idle:
            ready_s.append(idle.ready_s)
    with _daemon(folder) as idle:
        ready_s.append(idle.ready_s)
        yield f"start-up to ready: median {median(ready_s):.2f} s, worst {max(ready_s):.2f} s of {STARTS}"
        pids = procfs.family(idle.pid)
        before = sum(map(procfs.cpu_seconds, pids))
        time.sleep(seconds)
        share = (sum(map(procfs.cpu_seconds, pids)) - before) / seconds
        yield f"idle CPU: {share * 100:.1f} % of a core over {seconds:g} s"
        memory = {procfs.role(pid): procfs.memory_mb(pid) for pid in pids}
    resident, shared = (sum(figures) for figures in zip(*memory.values(), strict=True))
    yield f"memory: {resident:.0f} MB resident, {shared:.0f} MB if shared pages are split among their users"
    for role, (rss, pss) in memory.items():
        yield f"  {role:<18}{rss:>5.0f} MB{pss:>5.0f} MB"


@contextmanager
def _daemon(folder: Path) -> Iterator[Idle]:
    began = time.perf_counter()
    words = [sys.executable, "-m", "realtime.bench.idle", str(folder)]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=child_environment()
    ) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MachineError("the daemon ended before it was ready; antiphon doctor may say why")
            yield Idle(process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
