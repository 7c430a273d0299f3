"""The journal as an append-only file of JSON lines: `--journal FILE`. A crash at any moment leaves it readable.

Its one rule: a line that is there is never touched again. What happened in the last tenth of a second may be missing.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from midi.errors import InputError
from realtime.live.entry_writer import entry_writer
from realtime.session.journal import Entry


class JournalFile:
    """Appends every entry to a file; one that is there already is gone on with."""

    def __init__(self, path: Path, notify: Callable[[str], None]) -> None:
        """Open the file. `notify` is told, in a line, when it cannot be written any more; it plays on.

        Raises:
            InputError: it cannot be written there, or another jam writes it.
        """
        self._notify = notify
        self._path = path
        try:
            self._descriptor = _opened(path)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from None
        self._writer = entry_writer(self._descriptor, self._failed)

    def take(self, entry: Entry) -> None:
        """Append an entry; never blocks."""
        self._writer.put(entry)

    def _failed(self, reason: str) -> None:
        self._notify(f"{self._path} cannot be written any more ({reason}): it plays on without")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._writer.close():  # else the writing thread still has it, and its number must mean no other file
            os.close(self._descriptor)


def _opened(path: Path) -> int:
    """A descriptor that appends to a file, from the begin of a line on.

    Raises:
        InputError: another jam writes it. OSError: it cannot be written, or is a named pipe that nobody reads.
    """
    # O_NONBLOCK, as opening a named pipe would wait for a reader.
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NONBLOCK", 0)
    descriptor = os.open(path, flags, 0o644)
    try:
        if path.is_file():
            _lock(descriptor, path)
            if _is_cut(path):
                os.write(descriptor, b"\n")
    except (OSError, InputError):
        os.close(descriptor)
        raise
    return descriptor


def _is_cut(path: Path) -> bool:
    """Whether a file ends in the middle of a line, as a kill or a full disk leaves it."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - 1))
        return file.read() not in (b"", b"\n")


def _lock(descriptor: int, path: Path) -> None:
    """Keep other jams away while this process lives: of mixed lines nobody could tell whose they are.

    Raises:
        InputError: another jam writes the file.
    """
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(f"cannot write {path}: another jam writes it; give each a file of its own") from None
