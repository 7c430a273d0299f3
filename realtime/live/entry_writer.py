"""Entries of the journal as JSON lines, written by a thread of their own: a slow disk or reader holds up no note.

Its one rule: `put` never blocks. Entries that do not fit into the queue meanwhile are left out, and a line counts them.
"""

import json
import os
import queue
import re
import threading
import time
from collections.abc import Callable

from realtime.session.journal import Entry

MOST_ENTRIES = 20_000
"""Entries that wait to be written: minutes of fast playing."""
GATHER_S = 0.02
"""Entries are gathered for so long, to be written at once; what was put is in the file within a tenth of a second."""
CLOSE_S = 1.0
FULL_S = 0.02
"""Pause before the next try, where a descriptor that never blocks is full."""
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


def plain_entry(entry: tuple[object, ...]) -> dict[str, object]:
    """An entry as JSON has it: `type` (`sounded`, `engine_lost`, ...), then its fields, bytes in hexadecimal."""
    fields = entry._asdict() if hasattr(entry, "_asdict") else {}
    return {"type": _WORD.sub("_", type(entry).__name__).lower()} | {name: _plain(at) for name, at in fields.items()}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, tuple):
        return plain_entry(value) if hasattr(value, "_asdict") else [_plain(part) for part in value]
    return value


class EntryWriter:
    """Writes entries to a file descriptor, a line each, in the order in which they were put."""

    def __init__(self, descriptor: int, failed: Callable[[OSError], None]) -> None:
        """Begin to write. `failed` is called, once and from the thread, when nothing can be written there."""
        self._descriptor = descriptor
        self._failed = failed
        self._is_broken = False
        self._left_out = 0
        self._items: queue.SimpleQueue[tuple[object, ...] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="entries", daemon=True)
        self._thread.start()

    def put(self, entry: Entry | tuple[object, ...]) -> None:
        """Have an entry written; never blocks."""
        if self._items.qsize() >= MOST_ENTRIES:
            self._left_out += 1
        else:
            self._items.put(entry)

    def close(self) -> bool:
        """Wait until all is written, for a second at most; whether it is."""
        self._items.put(None)
        self._thread.join(CLOSE_S)
        return not self._thread.is_alive()

    def _write_all(self) -> None:
        counted = 0
        is_open = True
        while is_open:
            items = [self._items.get()]
            if items[0] is not None:
                time.sleep(GATHER_S)
            items += [self._items.get() for _ in range(self._items.qsize())]
            is_open = None not in items
            lines = [json.dumps(plain_entry(item)) for item in items if item is not None]
            if self._left_out > counted:
                lines.append(json.dumps({"type": "left_out", "entries": self._left_out - counted}))
                counted = self._left_out
            self._write("".join(f"{line}\n" for line in lines).encode())

    def _write(self, data: bytes) -> None:
        while data and not self._is_broken:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                time.sleep(FULL_S)
            except OSError as error:
                self._is_broken = True
                self._failed(error)
