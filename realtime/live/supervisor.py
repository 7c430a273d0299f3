"""Keeps an engine process running: starts it, primes it, notices that it died or hangs, starts another. I/O process."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.process import BaseProcess
from pathlib import Path

from midi.errors import AntiphonError
from midi.nanoseconds import NS_PER_S
from realtime.live.child import start_child
from realtime.live.engine_host.serve import run_engine
from realtime.live.pipe import Link, PeerGoneError
from realtime.messages import Failed, Message, Ping, Pong, Quit, Ready
from realtime.settings import Settings

PING_NS = NS_PER_S // 2
HUNG_NS = 3 * NS_PER_S
"""An engine silent for so long is replaced; loading its model, or a machine out of breath, takes less."""
LOADING_NS = 60 * NS_PER_S
FIRST_BACKOFF_NS = NS_PER_S // 20
LONGEST_BACKOFF_NS = 30 * NS_PER_S
STEADY_NS = 60 * NS_PER_S
"""An engine that lived so long was no crash loop: the next restart is quick again."""
QUIT_SECONDS = 1.0


class EngineFailedError(AntiphonError):
    """The engine process said why it cannot start. Its exit code is that of the error it met."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.text)
        self.exit_code = failed.exit_code


@dataclass(slots=True)
class Supervisor:
    """One engine process at a time. Times are ns of the monotonic clock."""

    folders: Sequence[Path]
    """The folder of each voice's model."""
    provider: str
    ready: bool = False
    """The engine's model is loaded and warm."""
    _process: BaseProcess | None = None
    _link: Link | None = None
    _started_ns: int = 0
    _ready_ns: int = 0
    _backoff_ns: int = 0
    _pinged_ns: int = 0
    _asked_ns: int = 0
    """When the ping was sent that has had no answer yet; 0: there is none."""
    _looked_ns: int = 0

    @property
    def alive(self) -> bool:
        """Whether there is an engine to talk to; it may still be loading."""
        return self._link is not None

    @property
    def engine_pid(self) -> int | None:
        """The engine's process id; None: there is none."""
        return self._process.pid if self._process else None

    def lived_ns(self, now_ns: int) -> int:
        """Time for which the engine has been ready; 0 if it is still loading."""
        return now_ns - self._ready_ns if self.ready else 0

    def is_start_due(self, now_ns: int) -> bool:
        """Whether there is no engine and it is time for one."""
        return self._link is None and now_ns >= self._started_ns + self._backoff_ns

    def start(self, now_ns: int, settings: Sequence[Settings], introductions: Iterable[Iterable[Message]]) -> None:
        """Start an engine with the settings of each part, and tell it what it must know of each.

        It hears that once it has loaded its models.
        """
        ours, theirs = Pipe(duplex=True)
        self._process = start_child(
            "antiphon-engine", run_engine, theirs, tuple(self.folders), self.provider, tuple(settings)
        )
        theirs.close()
        self._link = Link(ours)
        self._started_ns = self._pinged_ns = self._looked_ns = now_ns
        self._asked_ns = 0
        self.ready = False
        for voice, introduction in enumerate(introductions):
            self.send(introduction, voice)

    def send(self, messages: Iterable[Message], voice: int = 0) -> None:
        """Tell the engine of a voice; without one, nobody is told: the next will be given the past.

        Raises:
            PeerGoneError: it has died.
        """
        if self._link is not None:
            for message in messages:
                self._link.send(message, voice)

    def receive(self, now_ns: int) -> list[tuple[int, Message]]:
        """Receive what the engine said about the performance, each message with its voice.

        Asks after its health now and then.

        Raises:
            PeerGoneError: it has died, or hangs.
            EngineFailedError: it could not start.
        """
        if self._link is None:
            return []
        self._link.flush()
        said = self._link.receive()
        if said:
            self._asked_ns = 0
        for _, message in said:
            if isinstance(message, Failed):
                raise EngineFailedError(message)
            if isinstance(message, Ready):
                self.ready, self._ready_ns = True, now_ns
        self._look_after(now_ns)
        return [(voice, message) for voice, message in said if not isinstance(message, Ready | Pong)]

    def _look_after(self, now_ns: int) -> None:
        """Ask the engine now and then how it is; its silence counts from the question, while we were there to hear."""
        if self._asked_ns and now_ns - self._looked_ns > PING_NS:
            self._asked_ns += now_ns - self._looked_ns  # we were not there ourselves to hear the answer
        self._looked_ns = now_ns
        if self._asked_ns and now_ns - self._asked_ns > (HUNG_NS if self.ready else LOADING_NS):
            raise PeerGoneError
        if not self._asked_ns and now_ns - self._pinged_ns >= PING_NS:
            self._asked_ns = self._pinged_ns = now_ns
            if self._link is not None:
                self._link.send_first(Ping(now_ns))

    def discard_engine(self, now_ns: int) -> None:
        """The engine is gone: make sure of it. The next starts after a pause that grows while engines die young."""
        self._end()
        lived_long = now_ns - self._started_ns > STEADY_NS
        self._backoff_ns = 0 if lived_long else min(max(FIRST_BACKOFF_NS, 2 * self._backoff_ns), LONGEST_BACKOFF_NS)
        self._started_ns = now_ns

    def wait(self, seconds: float) -> bool:
        """Sleep until the engine has said something or has gone (True), or so long; at once if there is none."""
        return self._link is not None and self._link.wait(seconds)

    def stop(self) -> None:
        """End the engine, politely first."""
        if self._link is not None:
            with suppress(PeerGoneError):
                self._link.send(Quit())
        if self._process is not None:
            self._process.join(QUIT_SECONDS)
        self._end()

    def _end(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
            self._process = None
        self.ready = False
