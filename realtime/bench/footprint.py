"""The cost of the daemon while nobody plays: start-up, memory, idle CPU. Read from /proc, so on Linux only."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from midi.arrivals import Arrived
from midi.errors import MachineError
from realtime.live.clock import MonotonicClock
from realtime.live.loop import LiveLoop
from realtime.live.open_ports import OpenPorts
from realtime.live.supervisor import Supervisor
from realtime.session.session import Session
from realtime.settings import Settings

STARTS = 3
ROOMS = Path(__file__).parents[2]
"""The folder that `realtime` lies in: not on a child's path by itself where Antiphon is installed."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A daemon that is ready, and how long it took, in seconds."""

    pid: int
    ready_s: float


def idle_lines(folder: Path, seconds: float) -> Iterator[str]:
    """Start the daemon a few times, let the last one idle, and read what the kernel counts; yields lines to print."""
    if not is_there():
        yield "start-up, memory and idle CPU are read from /proc, which only Linux has"
        return
    ready_s = []
    for _ in range(STARTS - 1):
        with _daemon(folder) as idle:
            ready_s.append(idle.ready_s)
    with _daemon(folder) as idle:
        ready_s.append(idle.ready_s)
        yield f"start-up to ready: median {median(ready_s):.2f} s, worst {max(ready_s):.2f} s of {STARTS}"
        pids = family(idle.pid)
        before = sum(map(cpu_seconds, pids))
        time.sleep(seconds)
        share = (sum(map(cpu_seconds, pids)) - before) / seconds
        yield f"idle CPU: {share * 100:.1f} % of a core over {seconds:g} s"
        resident, shared = (sum(figures) for figures in zip(*map(_memory_mb, pids), strict=True))
        yield f"memory: {resident:.0f} MB resident, {shared:.0f} MB if shared pages are split among their users"


@contextmanager
def _daemon(folder: Path) -> Iterator[Idle]:
    began = time.perf_counter()
    words = [sys.executable, "-m", "realtime.bench.footprint", str(folder)]
    with subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, env=child_environment()
    ) as process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MachineError("the daemon ended before it was ready; antiphon doctor may say why")
            yield Idle(process.pid, time.perf_counter() - began)
        finally:
            process.terminate()


def is_there() -> bool:
    """Whether this system has /proc."""
    return Path("/proc/self/smaps_rollup").exists()


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def cpu_seconds(pid: int) -> float:
    """The seconds of a core that a process has used since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime, proc(5)


def _memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kb = {line.partition(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return kb["Rss"] / 1000, kb["Pss"] / 1000


def child_environment() -> dict[str, str]:
    """Copy this process' environment, with the rooms first on the path that a child imports from."""
    inherited = os.environ.get("PYTHONPATH")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOMS), *([inherited] if inherited else [])])}


class Silence:
    """An input that never hears anything, and an output that swallows everything."""

    name = "silence"
    lead_ns = 0

    def poll(self) -> list[Arrived]:
        """Nothing."""
        return []

    def send(self, message: bytes, due_ns: int) -> None:
        """Gone."""


def main(folder: Path) -> None:
    """Idle until SIGTERM."""
    nobody = Silence()
    clock = MonotonicClock()
    ports = OpenPorts((nobody,), (nobody,))
    performance = LiveLoop(clock, Session((Settings(),), clock.now_ns()), ports, Supervisor((folder,), "cpu"))

    def end(*_: object) -> None:
        performance.stopping = True

    signal.signal(signal.SIGTERM, end)
    performance.start()
    print("ready", flush=True)
    performance.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
