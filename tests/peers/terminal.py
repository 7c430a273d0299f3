"""A program at a terminal of its own: what it shows is read only when the test looks, keys go through the terminal."""

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Sequence
from signal import Signals
from types import TracebackType
from typing import Self

import pytest

from tests.peers.program import DIE_WITH_PARENT, PATIENCE_S, ROOT, need

CTRL_S = "\x13"
CTRL_Q = "\x11"
CTRL_BACKSLASH = "\x1c"
CHUNK = 65536


class Terminal:
    """The program, and the terminal that controls it."""

    def __init__(self, words: Sequence[str]) -> None:
        """Start it with the terminal as stdin, stdout and stderr."""
        need("setsid")
        self._keys, theirs = pty.openpty()
        self._shown = ""
        self._process = subprocess.Popen(
            [*DIE_WITH_PARENT, "setsid", "--ctty", *words], stdin=theirs, stdout=theirs, stderr=theirs, cwd=ROOT
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        self.close()

    @property
    def pid(self) -> int:
        """The program's own id."""
        return self._process.pid

    def wait_for(self, pattern: str, seconds: float = PATIENCE_S) -> None:
        """Read the terminal until the pattern is found in what it has shown."""
        limit = time.monotonic() + seconds
        while not re.search(pattern, self._shown):
            left = limit - time.monotonic()
            if left <= 0 or not select.select([self._keys], [], [], left)[0]:
                pytest.fail(f"after {seconds} s no {pattern!r} on the terminal:\n{self._shown}")
            self._shown += os.read(self._keys, CHUNK).decode(errors="replace")

    def type(self, keys: str) -> None:
        """Type, without a return at the end."""
        self.type_bytes(keys.encode())

    def type_bytes(self, keys: bytes) -> None:
        """Type what need not be text."""
        os.write(self._keys, keys)

    def close(self) -> None:
        """Close the terminal's window: the system hangs up on the program. A second call does nothing."""
        if self._keys >= 0:
            os.close(self._keys)
            self._keys = -1

    def signal(self, number: Signals) -> None:
        """Send the program a signal."""
        self._process.send_signal(number)

    def wait(self, seconds: float = PATIENCE_S) -> int:
        """The exit code, once it has ended; fails if it does not end in time."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"after {seconds} s still running: {self._shown}")
