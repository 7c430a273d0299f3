"""What the daemon costs while nobody plays: start-up, memory, idle CPU. Read from /proc, so on Linux only."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from midi.errors import MachineError

STARTS = 3


@dataclass(frozen=True, slots=True)
class Idle:
    """A daemon that is ready, and how long it took, in seconds."""

    pid: int
    ready_s: float

    @property
    def family(self) -> list[int]:
        """Its process and those it started."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *(int(child) for child in children)]


def idle_lines(folder: Path, seconds: float) -> Iterator[str]:
    """Start the daemon a few times, let the last one idle, and read what the kernel counts; yields lines to print."""
    if not Path("/proc/self/smaps_rollup").exists():
        yield "start-up, memory and idle CPU are read from /proc, which only Linux has"
        return
    ready_s = []
    for _ in range(STARTS - 1):
        with _daemon(folder) as idle:
            ready_s.append(idle.ready_s)
    with _daemon(folder) as idle:
        ready_s.append(idle.ready_s)
        yield f"start-up to ready: median {median(ready_s):.2f} s, worst {max(ready_s):.2f} s of {STARTS}"
        pids = idle.family
        before = _cpu_seconds(pids)
        time.sleep(seconds)
        yield f"idle CPU: {(_cpu_seconds(pids) - before) / seconds * 100:.1f} % of a core over {seconds:g} s"
        memory = {_role(pid): _memory_mb(pid) for pid in pids}
    resident, shared = (sum(figures) for figures in zip(*memory.values(), strict=True))
    yield f"memory: {resident:.0f} MB resident, {shared:.0f} MB if shared pages are split among their users"
    for role, (rss, pss) in memory.items():
        yield f"  {role:<18}{rss:>5.0f} MB{pss:>5.0f} MB"


@contextmanager
def _daemon(folder: Path) -> Iterator[Idle]:
    began = time.perf_counter()
    words = [sys.executable, "-m", "realtime.bench.idle", str(folder)]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MachineError("the daemon ended before it was ready; antiphon doctor may say why")
            yield Idle(process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def _cpu_seconds(pids: list[int]) -> float:
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime, proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kb = {line.partition(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return kb["Rss"] / 1000, kb["Pss"] / 1000


def _role(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text()
    if "resource_tracker" in words:
        return "resource tracker"  # Python's own, for multiprocessing
    return "engine process" if "spawn_main" in words else "I/O process"
