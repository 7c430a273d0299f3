"""JSON lines in and out on descriptors of another program's: `--control-fd IN[,OUT]`. I/O process.

In: `{"set": "temperature", "value": 1.1}` or `{"do": "panic"}`, each with `"part": 0` if it is for one part alone.
Out: every entry of the journal, a line each; what was not understood is answered by a line of type `refused`.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, NamedTuple, Self

from midi.errors import InputError
from realtime.live.entry_writer import EntryWriter
from realtime.messages import ParameterChange
from realtime.session.actions import ACTIONS
from realtime.session.controls import Action, Request
from realtime.session.journal import Entry
from realtime.settings import live_parameter

CHUNK = 4096
LINE_BYTES = 1024
"""The most that a line may have; a longer one is refused."""
FIRST_DESCRIPTOR = 3
"""Those before it are stdin, stdout and stderr, which are the terminal's."""
FORM = '{"set": NAME, "value": VALUE} or {"do": ACTION}, with "part": NUMBER from 0 if it is for one alone'


class Refused(NamedTuple):
    """The answer to a line that asks for what there is not."""

    text: str


def parse_descriptors(text: str) -> tuple[int, int]:
    """The descriptors to read and to write: `3`, a socket, is both; `3,4` are the ends of two pipes.

    Raises:
        InputError: they are no numbers from 3 on, or not open.
    """
    words = text.split(",")
    if not 1 <= len(words) <= 2 or not all(word.strip().isdecimal() for word in words):
        raise InputError(f"--control-fd {text!r} is not understood: it takes IN or IN,OUT, such as 3,4")
    if not hasattr(os, "set_blocking"):
        raise InputError("--control-fd needs Linux, macOS or another Unix")
    numbers = [int(word) for word in words]
    for number in numbers:
        try:
            os.fstat(number)
        except (OSError, OverflowError):
            raise InputError(f"--control-fd {text}: no descriptor {number} is open; start antiphon with it") from None
        if number < FIRST_DESCRIPTOR:
            raise InputError(f"--control-fd {text}: {number} is the terminal's; it takes {FIRST_DESCRIPTOR} or more")
    return numbers[0], numbers[-1]


class ControlPipe:
    """Another program as a surface."""

    def __init__(self, reads: int, writes: int, notify: Callable[[str], None], now_ns: Callable[[], int]) -> None:
        """Take descriptors that are open; reading never waits."""
        os.set_blocking(reads, False)
        self._reads = reads
        self._now_ns = now_ns
        self._rest = b""
        self._is_over = False
        self._writer = EntryWriter(writes, lambda error: notify(f"nobody reads --control-fd ({error.strerror})"))

    def poll(self) -> list[Request]:
        """Changes and actions asked for since the last call; never blocks."""
        if self._is_over:
            return []
        try:
            data = os.read(self._reads, CHUNK)
        except BlockingIOError:
            return []
        except OSError:  # the other end was killed
            data = b""
        self._is_over = not data
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[: LINE_BYTES + 1]  # enough to know that it is too long
        requests = [self._request(line) for line in lines if line.strip()]
        return [request for request in requests if request is not None]

    def show(self, entry: Entry) -> None:
        """Write an entry as a line; never blocks."""
        self._writer.put(entry)

    def _request(self, line: bytes) -> Request | None:
        try:
            return parse_request(line, self._now_ns())
        except InputError as error:
            self._writer.put(Refused(str(error)))
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._writer.close()


def parse_request(line: bytes, now_ns: int) -> Request:
    """The change or action that a line asks for.

    Raises:
        InputError: it is not JSON, or asks for what there is not.
    """
    asked: Any = None
    if len(line) <= LINE_BYTES:
        with suppress(ValueError, RecursionError):
            asked = json.loads(line)
    if not isinstance(asked, dict) or not _is_part(asked.get("part")):
        raise InputError(f"a line of up to {LINE_BYTES} bytes is expected: {FORM}")
    part = asked.get("part")
    if set(asked) - {"part"} == {"set", "value"} and isinstance(asked["set"], str):
        parameter, value = live_parameter(asked["set"]), asked["value"]
        checked = parameter.parse(value) if isinstance(value, str) else parameter.checked(value)
        return ParameterChange(parameter.name, checked, part)
    if set(asked) - {"part"} == {"do"} and isinstance(asked["do"], str):
        if asked["do"] not in ACTIONS:
            raise InputError(f"no action {asked['do']!r}; there are: {', '.join(ACTIONS)}")
        return Action(asked["do"], now_ns, part)
    raise InputError(f"{line.decode(errors='replace')[:60]!r} is not understood: {FORM}")


def _is_part(value: object) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 256)
