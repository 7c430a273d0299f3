"""Processes in Linux's /proc: the daemon's family, and the core and memory that each has used."""

import os
from pathlib import Path

ENGINE, IO, TRACKER = "engine process", "I/O process", "resource tracker"
"""The roles of the daemon's processes; the last is Python's own, for multiprocessing."""


def is_there() -> bool:
    """Whether this system has it."""
    return Path("/proc/self/smaps_rollup").exists()


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(int(child) for child in children)]


def role(pid: int) -> str:
    """The role of a process in the daemon."""
    words = Path(f"/proc/{pid}/cmdline").read_text()
    if "resource_tracker" in words:
        return TRACKER
    return ENGINE if "spawn_main" in words else IO


def cpu_seconds(pid: int) -> float:
    """The seconds of a core that a process has used since it began."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # utime and stime, proc(5)


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional set size."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kb = {line.partition(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return kb["Rss"] / 1000, kb["Pss"] / 1000
