"""Processes that read files, each within limits of time and memory: a file beyond them is given up, and says so."""

import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing import TimeoutError as NothingCame
from multiprocessing import get_context
from pathlib import Path

from training.cache import Reading

MOST_MEMORY = 2_000_000_000
"""Bytes that reading may take beyond what the process has as it starts; music21 takes some 300 MB for a long book."""
LEAST_S, S_PER_KB, MOST_S = 60.0, 10.0, 3600.0
"""Seconds a file may take, by its size: three times what music21 took for an ABC book on two cores with twelve programs
to run (63 KB, 200 s)."""
AGAIN_S = 1.0
"""Seconds after which a reader is stopped once more: it may take the first time for a fault of its own."""
GRACE_S = 10.0
"""Seconds beyond a file's time after which its process is taken to have been ended."""

Read = Callable[[Path], Reading]
Limit = Callable[[Path], float]


class _TooLongError(BaseException):
    """Time is over. No Exception: what reads files catches those."""


def size_of(path: Path) -> int:
    """The bytes of a file; 0 if it has gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def seconds_for(path: Path) -> float:
    """The seconds that a file may take to read."""
    return min(MOST_S, LEAST_S + S_PER_KB * size_of(path) / 1000)


def read_all(paths: Sequence[Path], read: Read, limit: Limit = seconds_for) -> Iterator[tuple[Path, Reading, bool]]:
    """Each path with its reading, as they come; and whether it was given up, which `read` itself could not keep.

    The first paths are read first; `limit` is the seconds that a file may take.
    """
    left = set(paths)
    with get_context("spawn").Pool(min(len(paths), os.cpu_count() or 1), _begin) as pool:
        readings = pool.imap_unordered(partial(_within, read, limit), paths)
        while left:
            try:
                path, reading, given_up = readings.next(max(map(limit, left)) + GRACE_S)
            except NothingCame:
                break
            left.remove(path)
            yield path, reading, given_up
    for path in left:  # the system may be to blame rather than the file: it is tried again another time
        yield path, _given_up("its reading process was ended, perhaps for want of memory"), False


def _given_up(why: str) -> Reading:
    return Reading(lost=(("", why),))


def _begin() -> None:
    """Begin a process of the pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    warnings.simplefilter("ignore")
    sys.stdout = sys.stderr = io.StringIO()  # music21's remarks
    _limit_memory()


def _within(read: Read, limit: Limit, path: Path) -> tuple[Path, Reading, bool]:
    """Read a file within its time, where the system has timers that stop a process (POSIX)."""
    seconds = limit(path)
    if sys.platform == "win32":
        return path, read(path), False
    signal.signal(signal.SIGALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
        try:
            return path, read(path), False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooLongError:
        return path, _given_up(f"it takes longer than {seconds:.0f} s to read"), True


def _stop(_number: int, _frame: object) -> None:
    raise _TooLongError


def _limit_memory() -> None:
    """Let memory beyond MOST_MEMORY be refused, where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        now = pages * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, resource.RLIM_INFINITY))
