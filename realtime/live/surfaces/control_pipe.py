"""JSON lines in and out on descriptors of another program's: `--control-fd IN[,OUT]`. I/O process.

In: `{"set": "temperature", "value": 1.1}` or `{"do": "panic"}`, each with `"part": 0` if it is for one part alone.
Out: every entry of the journal, a line each; what was not understood is answered by a line of type `refused`.
"""

import json
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from midi.errors import InputError
from realtime.live.entry_writer import Refused, entry_writer
from realtime.session.controls import ACTIONS, Action, Request, parse_changes
from realtime.session.journal import Entry

CHUNK = 4096
LINES_AT_ONCE = 4
"""Lines looked at between two looks at the notes: a change costs a fraction of a millisecond."""
LINE_BYTES = 1024
"""The most that a line may have; a longer one is refused."""
FIRST_DESCRIPTOR = 3
"""Those before it are stdin, stdout and stderr, which are the terminal's."""
FORM = '{"set": NAME, "value": VALUE} or {"do": ACTION}, with "part": NUMBER from 0 if it is for one alone'


def parse_descriptors(text: str) -> tuple[int, int]:
    """The descriptors to read and to write: `3`, a socket, is both; `3,4` are the ends of two pipes.

    Called before this process opens a file of its own, which would be taken for the other program's.

    Raises:
        InputError: they are no numbers from 3 on, not open, or open the other way.
    """
    words = text.split(",")
    if not 1 <= len(words) <= 2 or not all(word.strip().isdecimal() for word in words):
        raise InputError(f"--control-fd {text!r} is not understood: it takes IN or IN,OUT, such as 3,4")
    if sys.platform == "win32":
        raise InputError("--control-fd needs Linux, macOS or another Unix")
    reads, writes = int(words[0]), int(words[-1])
    for number, use, wrong_way in ((reads, "reading", os.O_WRONLY), (writes, "writing", os.O_RDONLY)):
        if number < FIRST_DESCRIPTOR:
            raise InputError(f"--control-fd {text}: {number} is the terminal's; it takes {FIRST_DESCRIPTOR} or more")
        if _access(number) == wrong_way:
            raise InputError(f"--control-fd {text}: {number} is not open for {use}; it takes IN or IN,OUT")
        if _access(number) is None:
            raise InputError(f"--control-fd {text}: no descriptor {number} is open; start antiphon with it")
    return reads, writes


def _access(descriptor: int) -> int | None:
    """Whether a descriptor is open for reading, writing or both, as `open` has it; None: it is not open."""
    import fcntl  # which Windows lacks

    try:
        return fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
    except (OSError, OverflowError):
        return None


class ControlPipe:
    """Another program as a surface."""

    def __init__(
        self, reads: int, writes: int, notify: Callable[[str], None], now_ns: Callable[[], int], parts: int = 1
    ) -> None:
        """Take descriptors that are open; reading never waits. `parts`: how many there are."""
        os.set_blocking(reads, False)
        self._reads = reads
        self._now_ns = now_ns
        self._parts = parts
        self._lines: deque[bytes] = deque()
        """Whole lines that were not looked at yet; nothing more is read meanwhile."""
        self._rest = b""
        """The begin of a line whose end has not come."""
        self._writer = entry_writer(writes, lambda reason: notify(f"nobody reads --control-fd ({reason})"))

    def poll(self) -> list[Request]:
        """Changes and actions asked for since the last call, a few lines at a time; never blocks."""
        if not self._lines:
            self._read()
        lines = [self._lines.popleft() for _ in range(min(len(self._lines), LINES_AT_ONCE))]
        return [request for line in lines for request in self._requests(line)]

    def _read(self) -> None:
        """Take in what has come. An end is the end of a line: into a named pipe another program may write the next."""
        try:
            data = os.read(self._reads, CHUNK) or b"\n"
        except BlockingIOError:
            return
        except OSError:  # the other end was killed
            data = b"\n"
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[: LINE_BYTES + 1]  # enough to know that it is too long
        self._lines += [line for line in lines if line.strip()]

    def show(self, entry: Entry) -> None:
        """Write an entry as a line; never blocks."""
        self._writer.put(entry)

    def _requests(self, line: bytes) -> Sequence[Request]:
        try:
            return parse_requests(line, self._now_ns(), self._parts)
        except InputError as error:
            self._writer.put(Refused(str(error)))
            return ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.close()


def parse_requests(line: bytes, now_ns: int, parts: int = 1) -> Sequence[Request]:
    """The changes or the action that a line asks for, where there are so many parts.

    Raises:
        InputError: it is not JSON, or asks for what there is not.
    """
    asked: Any = None
    if len(line) <= LINE_BYTES:
        with suppress(ValueError, RecursionError):
            asked = json.loads(line)
    if not isinstance(asked, dict):
        raise InputError(f"a line of up to {LINE_BYTES} bytes is expected: {FORM}")
    part = _part(asked.pop("part", None), parts)
    if set(asked) == {"set", "value"} and isinstance(asked["set"], str):
        return parse_changes(asked["set"], asked["value"], part)
    if set(asked) == {"do"} and isinstance(asked["do"], str):
        if asked["do"] not in ACTIONS:
            raise InputError(f"no action {asked['do']!r}; there are: {', '.join(ACTIONS)}")
        return [Action(asked["do"], now_ns, part)]
    raise InputError(f"{line.decode(errors='replace')[:60]!r} is not understood: {FORM}")


def _part(value: object, parts: int) -> int | None:
    """The part that a line names; None: it is for all."""
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < parts):
        return value
    allowed = f"0 to {parts - 1}" if parts > 1 else "0, as there is one part"
    raise InputError(f'"part" {str(value)[:20]!r} is not allowed: it takes {allowed}; leave it out for all')
