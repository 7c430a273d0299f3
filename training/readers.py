"""Processes that read files, each within limits of time and memory: a file beyond them is given up, and says so.

A reader in C or in a loop of its own cannot be told to stop; its process can be ended. So each process reads one file
after another, is watched, and is replaced where it was ended.
"""

import io
import os
import signal
import sys
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from training.cache import Reading

MOST_MEMORY = 2_000_000_000
"""Bytes that reading may take beyond what the process has as it starts; music21 takes some 300 MB for a long book."""
LEAST_S, S_PER_KB, MOST_S = 60.0, 10.0, 3600.0
"""Seconds a file may take, by its size: three times what music21 took for an ABC book on two cores with twelve programs
to run (63 KB, 200 s)."""
TRIES = 2
"""An ended process may be the system's fault rather than the file's: it is tried once again."""

Read = Callable[[Path], Reading]


def size_of(path: Path) -> int:
    """The bytes of a file; 0 if it has gone."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def seconds_for(path: Path) -> float:
    """The seconds that a file may take to read."""
    return min(MOST_S, LEAST_S + S_PER_KB * size_of(path) / 1000)


@dataclass(slots=True)
class _Reader:
    """A process, and the file it reads now."""

    process: BaseProcess
    link: "Connection[object, object]"
    path: Path | None = None
    end_s: float = 0.0
    is_up: bool = False
    """It has started: from here on time counts."""

    @classmethod
    def start(cls, read: Read) -> "_Reader":
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, read), name="antiphon-reader", daemon=True)
        process.start()
        theirs.close()
        return cls(process, ours)

    def give(self, path: Path, seconds: float) -> None:
        self.path, self.end_s = path, time.monotonic() + seconds
        with suppress(OSError):  # it has died: seen when its answer is asked for
            self.link.send(path)

    def end(self) -> None:
        self.link.close()
        self.process.kill()
        self.process.join()


@dataclass(slots=True)
class Readers:
    """A pool of such processes for `paths`, the first of them first. `read` and `limit` (seconds) are of a file."""

    paths: Sequence[Path]
    read: Read
    limit: Callable[[Path], float] = seconds_for
    _waiting: deque[Path] = field(init=False)
    _tries: dict[Path, int] = field(default_factory=dict)
    _pool: list[_Reader] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._waiting = deque(self.paths)

    def run(self) -> Iterator[tuple[Path, Reading, bool]]:
        """Each path with its reading, as they come; and whether it was given up, which the reader could not keep."""
        try:
            for _ in range(max(1, min(len(self.paths), os.cpu_count() or 1))):
                self._pool.append(_Reader.start(self.read))
            while self._waiting or any(reader.path for reader in self._pool):
                yield from self._look()
        finally:
            for reader in self._pool:
                reader.end()

    def _look(self) -> Iterator[tuple[Path, Reading, bool]]:
        """Wait until a process has answered, has died, or has taken too long."""
        for reader in self._pool:
            if reader.is_up and reader.path is None and self._waiting:
                path = self._waiting.popleft()
                reader.give(path, self.limit(path))
        watched = {reader.link: index for index, reader in enumerate(self._pool) if reader.path or not reader.is_up}
        ends = [reader.end_s for reader in self._pool if reader.path]
        answered = connection.wait(list(watched), max(0.0, min(ends) - time.monotonic()) if ends else None)
        for index in [watched[link] for link in answered if isinstance(link, Connection)]:
            yield from self._answer(index)
        for index, reader in enumerate(self._pool):
            if reader.path and time.monotonic() >= reader.end_s and not reader.link.poll():
                path, seconds = reader.path, self.limit(reader.path)
                self._replace(index)
                yield path, _given_up(f"it takes longer than {seconds:.0f} s to read"), True

    def _answer(self, index: int) -> Iterator[tuple[Path, Reading, bool]]:
        reader = self._pool[index]
        try:
            answer = reader.link.recv()
        except (EOFError, OSError):
            yield from self._died(index)
            return
        reader.is_up = True
        if reader.path and isinstance(answer, Reading):
            path, reader.path = reader.path, None
            yield path, answer, False

    def _died(self, index: int) -> Iterator[tuple[Path, Reading, bool]]:
        """A process has died over its file: that is tried once more."""
        path = self._pool[index].path
        if path is None:
            raise OSError("a reading process cannot start")
        self._replace(index)
        self._tries[path] = self._tries.get(path, 0) + 1
        if self._tries[path] < TRIES:
            self._waiting.append(path)
        else:
            yield path, _given_up("its reading process was ended, perhaps for want of memory"), False

    def _replace(self, index: int) -> None:
        self._pool[index].end()
        self._pool[index] = _Reader.start(self.read)


def _given_up(why: str) -> Reading:
    return Reading(lost=(("", why),))


def _serve(link: "Connection[object, object]", read: Read) -> None:
    """The process: read what is asked for until nobody asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    warnings.simplefilter("ignore")
    sys.stdout = sys.stderr = io.StringIO()  # music21's remarks
    _limit_memory()
    link.send(None)
    with suppress(EOFError, OSError):
        while isinstance(path := link.recv(), Path):
            link.send(read(path))


def _limit_memory() -> None:
    """Let memory beyond MOST_MEMORY be refused, where the system can (POSIX)."""
    if sys.platform == "win32":
        return
    import resource

    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        now = pages * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (now + MOST_MEMORY, resource.RLIM_INFINITY))
