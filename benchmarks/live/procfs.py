"""More of a daemon's processes in Linux's /proc, beside what `antiphon bench` reads there."""

import os
from pathlib import Path

from realtime.bench.footprint import cpu_seconds, family, is_there

__all__ = ["ENGINE", "IO", "core_seconds", "cpu_seconds", "engine_of", "family", "is_there", "resident_bytes", "role"]

ENGINE, IO, TRACKER = "engine process", "I/O process", "resource tracker"
"""The roles of the daemon's processes; the last is Python's own, for multiprocessing."""
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


def role(pid: int) -> str:
    """The role of a process in the daemon."""
    words = Path(f"/proc/{pid}/cmdline").read_text()
    if "resource_tracker" in words:
        return TRACKER
    return ENGINE if "spawn_main" in words else IO


def engine_of(pid: int) -> int | None:
    """The daemon's engine process; None: it has none just now."""
    return next((member for member in family(pid) if role(member) == ENGINE), None)


def resident_bytes(pid: int) -> int:
    """The memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def core_seconds(pid: int) -> tuple[float, float]:
    """The time a process' main thread has had a core since it began, and the time it has waited for one."""
    ran_ns, waited_ns, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    return int(ran_ns) / 1e9, int(waited_ns) / 1e9
