"""A child process whose lines are kept with the moment they came; waiting is always for something, with a limit."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import IO, NoReturn, Self

import pytest

ROOT = Path(__file__).parents[2]
"""The checkout."""

DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--") if which("setpriv") else ()
"""util-linux: the child is killed when the test run is, so that no JACK server outlives it."""

PATIENCE_S = 120.0
"""The longest wait for what is to come: a wait that succeeds costs nothing, and a machine may be very busy."""
PEER_PRIORITY = 3
"""Real-time priority of what plays and listens: before all that computes, after Antiphon (20) and JACK (10 and 5)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of output and the monotonic clock, in ns, when it was read."""

    at_ns: int
    text: str


def need(program: str) -> None:
    """Skip the test if a program is missing; in CI that is a failure, so that no real-port test is lost unseen."""
    if which(program):
        return
    reason = f"{program} is not installed: make test installs it"
    if os.environ.get("CI", "") in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)


def wait_until(condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
    """Look every 10 ms until a condition holds; fail with `what` if it does not in time."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            pytest.fail(f"after {seconds} s still waiting for {what}")
        time.sleep(0.01)


def leave_when_told() -> None:
    """In a child that is a JACK client: SIGTERM leaves through `finally`, where ports are closed.

    A client that just dies may stop the server for 5 s, while it waits for an answer to a notice.
    """

    def leave(*_: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)


def keep_time() -> None:
    """In a child that plays or listens: have it run when its time comes, where the system grants it.

    A keyboard has a processor of its own: a test is to judge Antiphon's time, not that of the programs beside it.
    """
    if hasattr(os, "sched_setscheduler"):
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PEER_PRIORITY))


HEEDED = tuple(getattr(signal, name) for name in ("SIGHUP", "SIGINT", "SIGQUIT") if hasattr(signal, name))
"""What nohup, and a script that starts something in the background, have their children ignore."""


def have_children_heed_signals() -> None:
    """Give every process that this one starts from now on its default answer to HEEDED, ignored here or not.

    A child inherits what is ignored, but not what is handled: so what was ignored is handled, by doing nothing.
    """
    for number in HEEDED:
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


class Program:
    """A process in a group of its own, which ends with the test even if the test run is killed."""

    def __init__(self, words: Sequence[str], environment: dict[str, str] | None = None) -> None:
        """Start it; `environment` is added to this process' own."""
        self.words = list(words)
        self._changed = threading.Condition()
        self._lines: list[Line] = []
        self._errors: list[Line] = []
        self._open = 2
        self._process = subprocess.Popen(
            [*DIE_WITH_PARENT, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {}),
            start_new_session=True,
        )
        self._readers = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((self._process.stdout, self._lines), (self._process.stderr, self._errors))
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def _read(self, stream: IO[str] | None, lines: list[Line]) -> None:
        for text in stream or ():
            with self._changed:
                lines.append(Line(time.monotonic_ns(), text.rstrip("\n")))
                self._changed.notify_all()
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    @property
    def pid(self) -> int:
        """The process' own id."""
        return self._process.pid

    @property
    def lines(self) -> list[Line]:
        """What it wrote to stdout so far."""
        with self._changed:
            return list(self._lines)

    @property
    def errors(self) -> str:
        """What it wrote to stderr so far."""
        with self._changed:
            return "\n".join(line.text for line in self._errors)

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs, minus the signal's number if one ended it."""
        return self._process.poll()

    def wait_for_line(self, pattern: str, seconds: float = PATIENCE_S) -> Line:
        """The first line of stdout that the pattern is found in; fails if the program ends or the time is over."""
        found: list[Line] = []

        def there() -> bool:
            found[:] = [line for line in self._lines if re.search(pattern, line.text)]
            return bool(found) or not self._open

        with self._changed:
            self._changed.wait_for(there, seconds)
        if not found:
            pytest.fail(f"no line like {pattern!r} from {self._told()}")
        return found[0]

    def wait_for_count(self, count: int, seconds: float = PATIENCE_S) -> list[Line]:
        """At least so many lines of stdout, or as many as there are when the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._lines) >= count or not self._open, seconds)
            return list(self._lines)

    def comes_true(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Look every 20 ms until a condition holds; False if the program ends or the time is over before."""
        limit = time.monotonic() + seconds
        while self.returncode is None and time.monotonic() < limit:
            if condition():
                return True
            time.sleep(0.02)
        return False

    def give_way(self) -> None:
        """Have it run as any other program does from now on, whatever it asked for (`keep_time`)."""
        if hasattr(os, "sched_setscheduler"):
            os.sched_setscheduler(self._process.pid, os.SCHED_OTHER, os.sched_param(0))

    def write(self, line: str) -> None:
        """Give the program a line on stdin."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def signal(self, number: signal.Signals) -> int:
        """Send the program (not its children) a signal; the moment it was sent, in ns."""
        at = time.monotonic_ns()
        self._process.send_signal(number)
        return at

    def wait(self, seconds: float = PATIENCE_S) -> int:
        """The exit code, once it has ended and all its lines are read; fails if it does not end in time."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            pytest.fail(f"after {seconds} s still running: {self._told()}")
        for reader in self._readers:
            reader.join(seconds)
        return code

    def stop(self) -> None:
        """End it and every process of its group: asked first, then made to."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, number)
                self._process.wait(3.0)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process.wait()
        for reader in self._readers:
            reader.join(3.0)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _told(self) -> str:
        out = "\n".join(line.text for line in self._lines)
        err = "\n".join(line.text for line in self._errors)
        return f"{' '.join(self.words)} (exit code {self.returncode})\n--- stdout\n{out}\n--- stderr\n{err}"
