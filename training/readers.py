"""Processes that read files, each within limits of time and memory: a file beyond them is given up, and says so."""

import io
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import active_children, get_context, parent_process
from pathlib import Path
from threading import Thread

from training.cache import Reading

MOST_MEMORY = 2_000_000_000
"""Bytes that reading may take beyond what the process has as it starts; music21 takes some 300 MB for a long book."""
LEAST_S, S_PER_KB, MOST_S = 60.0, 10.0, 3600.0
"""Seconds a file may take, by its size: three times what music21 took for an ABC book on two cores with twelve programs
to run (63 KB, 200 s)."""
AGAIN_S = 1.0
"""Seconds after which a reader is stopped once more: it may take the first time for a fault of its own."""

Read = Callable[[Path], Reading]


class TooLongError(BaseException):
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


def read_all(paths: Sequence[Path], read: Read) -> Iterator[tuple[Path, Reading]]:
    """Read files side by side, the first paths first; each with its reading, as they come.

    Raises:
        OSError: no process can be started.
    """
    left = dict.fromkeys(paths)
    with suppress(BrokenProcessPool):
        for path, reading in _pooled(paths, read):
            del left[path]
            yield path, reading
    for path in left:  # a process was ended, over whichever file: from here on each has a process to itself
        try:
            yield from _pooled([path], read)
        except BrokenProcessPool:
            yield path, Reading.none("its reading process was ended, perhaps for want of memory")


def _pooled(paths: Sequence[Path], read: Read) -> Iterator[tuple[Path, Reading]]:
    """Read files in a pool that breaks, with all that is left, where a process of it is ended."""
    others = set(active_children())
    pool = ProcessPoolExecutor(max(1, min(len(paths), os.cpu_count() or 1)), get_context("spawn"), _begin)
    try:
        asked = {pool.submit(read, path): path for path in paths}
        for done in as_completed(asked):
            yield asked[done], done.result()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(active_children()) - others:  # Ctrl-C waits for no file
            child.kill()


def _begin() -> None:
    """Begin a process of the pool: quiet, within its memory, and ended with its parent."""
    Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    warnings.simplefilter("ignore")
    sys.stdout = sys.stderr = io.StringIO()  # music21's remarks
    _limit_memory()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Stop what runs in this context when its time is over, where the system has timers for it (POSIX).

    Raises:
        TooLongError: its time is over.
    """
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _stop(_number: int, _frame: object) -> None:
    raise TooLongError


def _limit_memory() -> None:
    """Let memory beyond MOST_MEMORY be refused, where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        now = pages * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, resource.RLIM_INFINITY))
