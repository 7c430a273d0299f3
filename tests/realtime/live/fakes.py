"""A live loop without a machine: a clock whose sleep jumps, ports and an engine that do as they are told."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from midi.arrivals import Arrived
from realtime.live.clock import MonotonicClock
from realtime.live.loop import LiveLoop
from realtime.live.open_ports import OpenPorts
from realtime.live.pipe import PeerGoneError
from realtime.live.supervisor import Supervisor
from realtime.messages import Message
from realtime.session.controls import Request
from realtime.session.inputs import Inputs
from realtime.session.journal import Entry
from realtime.session.session import Session
from realtime.session.voice_routing import CHANNEL, VoiceRouting
from realtime.settings import Settings

MS = 1_000_000
S = 1_000 * MS
INPUTS = ("piano", "organ")
"""The inputs of a stage that has two."""


class FakeClock(MonotonicClock):
    """Stands still but for whoever waits."""

    def __init__(self, now_ns: int = 0) -> None:
        self.time_ns = now_ns
        self.spins = 0

    def now_ns(self) -> int:
        return self.time_ns

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.time_ns += max(1, round(seconds * S))

    def spin_until(self, at_ns: int) -> None:
        self.spins += 1
        self.time_ns = max(self.time_ns, at_ns)


@dataclass
class FakeInput:
    """Messages that come at their times."""

    clock: FakeClock
    name: str
    coming: deque[Arrived] = field(default_factory=deque)
    looks: int = 0

    def plays(self, at_ns: int, *messages: bytes) -> None:
        self.coming += [Arrived(at_ns, data) for data in messages]

    def poll(self) -> list[Arrived]:
        self.looks += 1
        came = []
        while self.coming and self.coming[0].at_ns <= self.clock.time_ns:
            came.append(self.coming.popleft())
        return came


@dataclass
class FakeOutput:
    """Keeps what it is sent, and when."""

    clock: FakeClock
    lead_ns: int = 0
    sent: list[tuple[int, bytes]] = field(default_factory=list)
    breaks: bool = False

    def send(self, message: bytes, due_ns: int) -> None:  # noqa: ARG002 - the fake is never early
        self.sent.append((self.clock.time_ns, message))
        if self.breaks:
            raise OSError("the port has gone")


@dataclass
class FakeEngine(Supervisor):
    """An engine host: says what the test has queued, and can be lost."""

    clock: FakeClock = field(default_factory=FakeClock)
    loads: bool = True
    starts: list[tuple[int, tuple[Settings, ...], list[list[Message]]]] = field(default_factory=list)
    told: list[tuple[int, Message]] = field(default_factory=list)
    """Each with its part."""
    says: deque[tuple[int, Message]] = field(default_factory=deque)
    lost: Exception | None = None
    backoff_ns: int = 50 * MS
    lived: int = 0
    stopped: bool = False
    alive: bool = False
    _start_due_ns: int = 0

    def lived_ns(self, now_ns: int) -> int:  # noqa: ARG002 - as the test says
        return self.lived

    def is_start_due(self, now_ns: int) -> bool:
        return not self.alive and now_ns >= self._start_due_ns

    def start(self, now_ns: int, settings: Sequence[Settings], introductions: Iterable[Iterable[Message]]) -> None:
        self.starts.append((now_ns, tuple(settings), [list(messages) for messages in introductions]))
        self.alive = True
        self.ready = self.loads

    def send(self, messages: Iterable[Message], voice: int = 0) -> None:
        if self.alive:
            self.told += [(voice, message) for message in messages]

    def receive(self, now_ns: int) -> list[tuple[int, Message]]:  # noqa: ARG002 - the fake has no health
        if self.lost is not None:
            lost, self.lost = self.lost, None
            raise lost
        said = list(self.says)
        self.says.clear()
        return said

    def discard_engine(self, now_ns: int) -> None:
        self.alive = self.ready = False
        self._start_due_ns = now_ns + self.backoff_ns

    def wait(self, seconds: float) -> bool:
        self.clock.sleep(seconds)
        return bool(self.says)

    def stop(self) -> None:
        self.stopped = True

    def dies(self) -> None:
        self.lost = PeerGoneError()


@dataclass
class FakeSurface:
    requests: deque[Request] = field(default_factory=deque)
    shown: list[Entry] = field(default_factory=list)

    def poll(self) -> list[Request]:
        asked = list(self.requests)
        self.requests.clear()
        return asked

    def show(self, entry: Entry) -> None:
        self.shown.append(entry)


class Stage:
    """A live loop with fakes all around; `play_until` lets time pass."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        voices: int = 1,
        inputs: int = 1,
        by: str = CHANNEL,
        roles: Inputs | None = None,
        sends_clock: bool = False,
        lead_ns: int = 0,
    ) -> None:
        self.clock = FakeClock(S)
        self.keyboards = [FakeInput(self.clock, name) for name in INPUTS[:inputs]]
        self.output = FakeOutput(self.clock, lead_ns)
        self.clock_port = FakeOutput(self.clock, lead_ns) if sends_clock else None
        self.engine = FakeEngine((Path(),), "cpu", clock=self.clock)
        self.surface = FakeSurface()
        routing = VoiceRouting(voices, by)
        of_each = routing.settings(settings or Settings(bpm=120))
        self.session = Session(of_each, S, routing, roles or Inputs(clock=INPUTS[0]), sends_clock=sends_clock)
        self.ports = OpenPorts(
            tuple(self.keyboards), (self.output,) * routing.ports, clock=self.clock_port, is_lost=lambda: self.is_lost()
        )
        self.is_lost: Callable[[], bool] = lambda: False
        """Whether the MIDI system has died."""
        self.suspended: list[list[tuple[int, bytes]]] = []
        """What had been sent each time that the process was suspended."""
        self.loop = LiveLoop(
            self.clock,
            self.session,
            self.ports,
            self.engine,
            surfaces=[self.surface],
            suspend_process=lambda: self.suspended.append(list(self.output.sent)),
        )
        self.loop.start()

    @property
    def keyboard(self) -> FakeInput:
        return self.keyboards[0]

    @property
    def sent(self) -> list[bytes]:
        return [data for _, data in self.output.sent]

    def play_until(self, end_ns: int) -> None:
        """Play; then the loop ends, and releases what sounds."""
        self.loop.run(lambda: self.clock.time_ns >= end_ns)

    def at(self, now_ns: int, action: Callable[[], object]) -> None:
        """Let something happen once time has come so far."""
        inner, pending = self.keyboard.poll, [action]

        def poll() -> list[Arrived]:
            if pending and self.clock.time_ns >= now_ns:
                pending.pop()()
            return inner()

        self.keyboard.poll = poll  # type: ignore[method-assign]  # a hook of the test's
