"""The stage of a live bench: a JACK server on the dummy driver, a musician, a listener, and the daemon between them.

The server has a name of its own, so that one that plays already is left alone; everything ends with the bench.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from benchmarks.live import jack_server, listener, musician, procfs, scores, waiter
from benchmarks.live.timings import SentMessage, read_timings
from benchmarks.progress import Progress
from midi.apis import open_api
from midi.errors import MachineError
from realtime.timed import Timed
from realtime.verbs.jam import READY

LOOK_S = 0.01
START_S = 60.0
END_S = 30.0
DELIVERY_S = 0.2
"""The time that the ports may need to deliver the last messages."""


class Child:
    """A process of the stage. What it says goes into files, so that it never waits for a reader."""

    def __init__(self, title: str, words: Sequence[str], folder: Path) -> None:
        """Start it, in a session of its own: Ctrl-C is the bench's to answer."""
        self.title = title
        self._out, self._errors = folder / f"{title}.out", folder / f"{title}.err"
        with self._out.open("w") as out, self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=out, stderr=errors, text=True, start_new_session=True
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    @property
    def lines(self) -> list[str]:
        """Its lines on stdout so far."""
        return self._out.read_text(errors="replace").splitlines()

    @property
    def errors(self) -> list[str]:
        """Its lines on stderr so far."""
        return self._errors.read_text(errors="replace").splitlines()

    def write(self, line: str) -> None:
        """Give it a line on stdin."""
        if self._process.stdin is not None:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def wait_until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait for something that this process is to do.

        Raises:
            MachineError: it has ended, or has not done it in time.
        """
        limit = time.monotonic() + seconds
        while not condition():
            if self.exit_code is not None and not condition():
                words = (self.errors or self.lines or [f"exit code {self.exit_code}"])[-1]
                raise MachineError(f"the {self.title} ended before {what}: {words}")
            if time.monotonic() > limit:
                raise MachineError(f"the {self.title} was not there after {seconds:g} s: {what}")
            time.sleep(LOOK_S)

    def end(self, seconds: float = END_S) -> int:
        """Ask it to end; its exit code. One that does not is killed, which its code tells."""
        if self.exit_code is None:
            self._process.terminate()  # in the background, a shell has it ignore Ctrl-C
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def stop(self) -> None:
        """Let it leave in order with its stdin, then on SIGTERM; kill it, and what it started, if it does not."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                self._process.wait(2.0)
                return
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, number)
        self._process.wait()


@dataclass(slots=True)
class Jam:
    """The daemon on the stage, while it plays."""

    child: Child
    timing: Path
    engine_pid: int
    """The engine process it began with."""
    is_real_time: bool = False
    """Whether the system lets the I/O process run when its time comes."""

    def end(self) -> int:
        """End it as a musician does; its exit code."""
        code = self.child.end()
        time.sleep(DELIVERY_S)
        return code

    @property
    def sent(self) -> list[SentMessage]:
        """Once it has ended: each message it handed to its port, in order; none, if it died before it could tell."""
        return read_timings(self.timing) if self.timing.exists() else []

    @property
    def kept_its_engine(self) -> bool:
        """Asked before it ends: the engine is the one it began with."""
        try:
            return procfs.engine_of(self.child.pid) == self.engine_pid
        except OSError:  # it has died itself
            return False


@dataclass(frozen=True, slots=True)
class Take:
    """The messages that the musician sent, and that the listener heard: from the musician, and from the daemon."""

    sent: list[Timed]
    beside: list[Timed]
    from_daemon: list[Timed]


@dataclass(slots=True)
class Stage:
    """The players on it. One performance at a time."""

    folder: Path
    musician: Child
    listener: Child
    _count: int = 0
    _score: Path = field(default_factory=Path)

    @contextmanager
    def jam(self, model: Path, *flags: str) -> Iterator[Jam]:
        """The daemon, from `ready` until it is ended here if it was not before; it keeps its timing."""
        timing = self._new_path("timing")
        ports = ("--midi-api", "jack", "--in", musician.PORT, "--out", listener.PORT)
        words = [sys.executable, "-m", "antiphon", "jam", *ports, "--no-save", "--timing", str(timing)]
        with Child(f"daemon {self._count}", [*words, "--model", str(model), *flags], self.folder) as child:
            child.wait_until(lambda: READY in child.lines, START_S, "it was ready")
            is_real_time = os.sched_getscheduler(child.pid) & ~os.SCHED_RESET_ON_FORK != os.SCHED_OTHER
            yield Jam(child, timing, procfs.engine_of(child.pid) or 0, is_real_time)

    @contextmanager
    def waiter(self, seconds: float) -> Iterator[Callable[[], list[int]]]:
        """A program that only waits meanwhile; what is given tells, once the time is over, how late it was, in ns."""
        path = self._new_path("late")
        words = [sys.executable, "-m", waiter.__name__, str(path), f"{seconds:g}"]
        with Child("waiter", words, self.folder) as child:

            def late() -> list[int]:
                child.wait_until(path.exists, seconds + START_S, "it told how late it was")
                return [int(line) for line in path.read_text(encoding="ascii").splitlines()]

            yield late

    def play(self, score: Sequence[Timed], title: str, meanwhile: Callable[[float], None] = lambda _: None) -> None:
        """The musician plays a score to its end; `meanwhile` is called now and then with the seconds that are over."""
        self._score = self._new_path("score")
        scores.save(self._score, score)
        self.musician.write(str(self._score))
        began, seconds = time.monotonic(), max((message.at_ns for message in score), default=0) / 1e9
        with Progress(title) as progress:

            def is_over() -> bool:
                passed = time.monotonic() - began
                progress.at(min(passed / max(seconds, LOOK_S), 1.0))
                meanwhile(passed)
                return scores.sent_of(self._score).exists()

            self.musician.wait_until(is_over, seconds + START_S, "all was played")

    def take(self) -> Take:
        """The messages sent and heard since the last take."""
        path = self._new_path("heard")
        self.listener.write(str(path))
        self.listener.wait_until(path.exists, START_S, "it told what it heard")
        sent = scores.sent_of(self._score)
        return Take(scores.load(sent), scores.load(scores.beside_of(path)), scores.load(path))

    def _new_path(self, kind: str) -> Path:
        self._count += 1
        return self.folder / f"{self._count}.{kind}"


def priority_words(is_real_time: bool) -> str:  # noqa: FBT001  # a fact to be told, no mode
    """The words for the real-time priority of the daemon's I/O process."""
    return f"real-time priority {'granted' if is_real_time else 'not granted'}"


@contextmanager
def stage(period: int) -> Iterator[Stage]:
    """Set it up, at so many frames a JACK period.

    Raises:
        MachineError: there is no jackd, or something does not start.
    """
    if not which("jackd") or not procfs.is_there():
        raise MachineError("a live bench needs Linux and a JACK server of its own: apt install jackd2")
    with ExitStack() as stack:
        stack.enter_context(_ended_in_order())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="antiphon-bench-")))
        stack.enter_context(_jack(period, folder))
        playing = stack.enter_context(_player("musician", musician.__name__, folder))
        listening = stack.enter_context(_player("listener", listener.__name__, folder))  # to the musician as well
        yield Stage(folder, playing, listening)


@contextmanager
def _player(title: str, module: str, folder: Path) -> Iterator[Child]:
    """A player, ready."""
    with Child(title, [sys.executable, "-m", module], folder) as child:
        child.wait_until(lambda: "ready" in child.lines, START_S, "its port was open")
        yield child


@contextmanager
def _jack(period: int, folder: Path) -> Iterator[None]:
    """A JACK server; this process and those it starts are its clients meanwhile."""
    reason = "no word why"
    for attempt in jack_server.attempts(period):
        with _environment(**attempt.environment), Child("jackd", attempt.command, folder) as server:
            if _answers(attempt.name, server):
                yield
                return
            reason = next((line for line in reversed(server.errors) if line.strip()), reason)
    raise MachineError(f"jackd did not start: {reason}")


def _answers(name: str, server: Child, seconds: float = 10.0) -> bool:
    limit = time.monotonic() + seconds
    while server.exit_code is None and time.monotonic() < limit:
        if jack_server.is_registered(name, server.pid) and _is_open():
            return True
        time.sleep(LOOK_S)
    return False


def _is_open() -> bool:
    """Whether the JACK server takes clients."""
    try:
        open_api("jack")
    except MachineError:
        return False
    return True


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """SIGTERM ends the bench as Ctrl-C does: nothing it started outlives it."""

    def leave(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
