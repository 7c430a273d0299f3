"""Lines written by a thread of their own: a slow disk, terminal or reader holds up no note.

Its one rule: `put` never blocks. A terminal stopped by Ctrl-S, a pipe that nobody reads, a Windows console with text
selected: each holds up the writing thread alone. What does not fit into the queue meanwhile is left out, counted, and
told in its place once there is room again.
"""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

GATHER_S = 0.02
"""Lines are gathered for so long, to be written at once; what was put is written within a tenth of a second."""
CLOSE_S = 1.0
"""Time for which the last lines are waited for at the end, if nobody reads."""
FULL_S = 0.02
"""Pause before the next try, where a stream that never blocks is full."""

ItemT = TypeVar("ItemT")


class RawStream(Protocol):
    """A stream without a buffer: what is written has gone, and leaving flushes nothing."""

    def write(self, data: bytes, /) -> int | None:
        """Write some of these bytes; how many, or None if there is no room now."""


@dataclass(slots=True)
class LineWriter(Generic[ItemT]):
    """Writes items to a stream, in the order in which they were put; its thread ends with the process."""

    stream: RawStream
    encode: Callable[[ItemT], bytes]
    """Gives an item's line."""
    left_out_item: Callable[[int], ItemT]
    """Makes the item that says that so many are missing."""
    most: int
    """Items that may wait."""
    failed: Callable[[str], None] = lambda _: None
    """Called with the reason, once and from the thread, when nothing can be written there any more."""
    left_out: int = 0
    """Items that were not taken, since too many waited."""
    _items: "queue.SimpleQueue[ItemT | None]" = field(default_factory=queue.SimpleQueue)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self._thread = threading.Thread(target=self._write_all, name="line writer", daemon=True)
        self._thread.start()

    def put(self, item: ItemT) -> None:
        """Have an item written; never blocks."""
        if self._items.qsize() >= self.most:
            self.left_out += 1
        else:
            self._items.put(item)

    def close(self, seconds: float = CLOSE_S) -> bool:
        """Wait until all is written, for so long at most; whether it is."""
        self._items.put(None)
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _write_all(self) -> None:
        counted = 0
        is_open = is_writable = True
        while is_open:
            items = [self._items.get()]
            if items[0] is not None:
                time.sleep(GATHER_S)
            items += [self._items.get() for _ in range(self._items.qsize())]
            is_open = None not in items
            if self.left_out > counted:  # the queue was full of these items
                items.append(self.left_out_item(self.left_out - counted))
                counted = self.left_out
            if is_writable:
                is_writable = self._write(b"".join(self.encode(item) for item in items if item is not None))

    def _write(self, data: bytes) -> bool:
        """Whether all could be written."""
        while data:
            try:
                written = self.stream.write(data)
            except (OSError, ValueError) as error:  # ValueError: it was closed
                self.failed(getattr(error, "strerror", None) or str(error))
                return False
            if written is None:
                time.sleep(FULL_S)
            else:
                data = data[written:]
        return True
