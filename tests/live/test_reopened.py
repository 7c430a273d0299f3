"""An input and an output are closed and opened again by name while it plays: nothing hangs, and play goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from midi.apis import open_api
from midi.tempo import Tempo
from realtime.live.clock import MonotonicClock
from realtime.live.loop import LiveLoop
from realtime.live.open_ports import OpenPorts, PortOptions, open_ports
from realtime.live.supervisor import Supervisor
from realtime.session.journal import Entry, Human
from realtime.session.session import Session
from realtime.settings import SOLO, Settings
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import Receiver, sounding
from tests.peers.sender import Sender

KEY_DOWN, OTHER_KEY = b"\x90\x30\x40", b"\x90\x35\x40"
KEY_UP = b"\x80\x30\x00"


class Keys:
    """Keeps what is heard of the human."""

    def __init__(self) -> None:
        self.played: list[bytes] = []

    def take(self, entry: Entry) -> None:
        if isinstance(entry, Human):
            self.played.append(entry.data)


def acts(ports: OpenPorts, keyboard: Sender, listener: Receiver, keys: Keys) -> Iterator[bool]:
    """What happens between two passes of the loop, and whether that is all: each `yield` lets it play on."""
    assert ports.ports is not None
    while not sounding(listener.heard):
        yield False
    ports.ports.outputs["listener:in"].close()
    ports.ports.outputs["listener:in"].open()
    wait_until(lambda: not sounding(listener.heard), "what sounded to end")
    before = len(listener.note_ons)
    while len(listener.note_ons) < before + 5:
        yield False
    keyboard.play([(0, KEY_DOWN)])
    while KEY_DOWN not in keys.played:
        yield False
    ports.ports.inputs["keyboard:out"].close()
    ports.ports.inputs["keyboard:out"].open()
    while KEY_UP not in keys.played:
        yield False
    keyboard.play([(0, OTHER_KEY)])
    while OTHER_KEY not in keys.played:
        yield False
    before = len(listener.note_ons)
    while len(listener.note_ons) < before + 5:
        yield False
    yield True


def test_ports_reopened_in_mid_play_leave_nothing_stuck(
    jack: JackServer,
    sender: Callable[[str], Sender],
    receiver: Callable[[str], Receiver],
    tiny: str,
    closing: ExitStack,
) -> None:
    keyboard, listener, keys = sender("keyboard"), receiver("listener"), Keys()
    options = PortOptions(in_ports=["keyboard"], out_ports=["listener"])
    clock = MonotonicClock()
    ports = closing.enter_context(open_ports(open_api("jack"), options, None, Tempo.of(120)))
    settings = Settings(mode=SOLO, bpm=120, rng_seed=1)
    session = Session((settings,), clock.now_ns(), inputs=ports.roles)
    loop = LiveLoop(clock, session, ports, Supervisor((Path(tiny),), "cpu"), observers=[keys])
    loop.start()
    steps = acts(ports, keyboard, listener, keys)
    loop.run(lambda: next(steps))
    wait_until(lambda: not sounding(listener.heard), "silence")
    assert not ports.is_lost()
