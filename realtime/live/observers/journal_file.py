"""The journal as an append-only file of JSON lines: `--journal FILE`. A crash at any moment leaves it readable.

Its one rule: a line that is there is never touched again. What happened in the last tenth of a second may be missing.
"""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from midi.errors import InputError
from realtime.live.entry_writer import EntryWriter
from realtime.session.journal import Entry


class JournalFile:
    """Appends every entry to a file; one that is there already is gone on with."""

    def __init__(self, path: Path, notify: Callable[[str], None]) -> None:
        """Open the file. `notify` is told, in a line, when it cannot be written any more; it plays on.

        Raises:
            InputError: it cannot be written there.
        """
        self._notify = notify
        self._path = path
        try:
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror or error}") from None
        self._writer = EntryWriter(self._descriptor, self._failed)

    def take(self, entry: Entry) -> None:
        """Append an entry; never blocks."""
        self._writer.put(entry)

    def _failed(self, error: OSError) -> None:
        self._notify(f"{self._path} cannot be written any more ({error.strerror}): it plays on without")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.close()
        os.close(self._descriptor)
