"""Ports by name: closed and opened again while they are used, with nothing left hanging."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from midi.apis import open_api
from midi.arrivals import Arrived
from midi.errors import InputError
from midi.server_watch import ServerWatch
from midi.systems import SYSTEMS, Api
from midi.tempo import Tempo
from realtime.live.open_ports import PortOptions, Ports, open_ports
from realtime.live.ports import NamedInput, NamedOutput
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender

ON, OFF, PEDAL, PEDAL_UP = b"\x90\x3c\x40", b"\x80\x3c\x00", b"\xb0\x40\x7f", b"\xb0\x40\x00"


@dataclass
class FakeDevice:
    """A port of no system."""

    name: str = "keyboard"
    waiting: list[bytes] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    is_closed: bool = False
    is_unplugged: bool = False
    lead_ns = 0

    def poll(self) -> list[Arrived]:
        arrived, self.waiting = self.waiting, []
        return [Arrived(1, data) for data in arrived]

    def send(self, message: bytes, due_ns: int) -> None:
        assert not self.is_closed
        assert due_ns >= 0
        self.sent.append(message)

    def is_lost(self) -> bool:
        return self.is_unplugged

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


API = next(api for api in SYSTEMS if api.name == "alsa")
WATCH = ServerWatch(API)
"""Of a system that does not die."""


def played(port: NamedInput) -> list[bytes]:
    return [arrived.data for arrived in port.poll()]


def test_keys_down_at_an_input_come_up_when_it_is_closed(device: FakeDevice) -> None:
    port = NamedInput(WATCH, lambda _: device)
    device.waiting = [ON, PEDAL, b"\x90\x40\x40", b"\x80\x40\x00"]
    assert len(played(port)) == 4
    port.close()
    assert played(port) == [OFF, PEDAL_UP]
    assert played(port) == []


def test_messages_that_wait_when_an_input_is_closed_are_not_lost(device: FakeDevice) -> None:
    port = NamedInput(WATCH, lambda _: device)
    device.waiting = [ON]
    port.close()
    assert played(port) == [ON, OFF]


def test_notes_at_an_output_end_before_it_closes(device: FakeDevice) -> None:
    port = NamedOutput(WATCH, lambda _: device)
    for message in (ON, b"\x90\x40\x40", b"\x80\x40\x00"):
        port.send(message, 0)
    port.close()
    assert (device.sent[3:], device.is_closed) == ([OFF], True)


def test_a_closed_output_takes_messages_and_forgets_them(device: FakeDevice) -> None:
    port = NamedOutput(WATCH, lambda _: device)
    port.close()
    port.send(ON, 0)
    port.close()
    assert device.sent == []


def test_keys_down_at_a_device_that_has_gone_come_up_and_it_is_told_once(device: FakeDevice) -> None:
    ports = Ports(API)
    port = ports.inputs["keyboard"] = NamedInput(WATCH, lambda _: device)
    device.waiting = [ON]
    assert (played(port), ports.gone()) == ([ON], [])
    device.is_unplugged = True
    assert [ports.gone(), ports.gone()] == [["keyboard"], []]
    assert [played(port), played(port)] == [[OFF], []]


def test_a_device_that_goes_twice_is_told_of_twice(device: FakeDevice) -> None:
    ports = Ports(API)
    ports.outputs["keyboard"] = NamedOutput(WATCH, lambda _: device)
    told = []
    for device.is_unplugged in (True, False, True):
        told += ports.gone()
    assert told == ["keyboard", "keyboard"]


def test_a_port_is_opened_again_by_its_whole_name() -> None:
    asked: list[str | None] = []

    def opened(port: str | None) -> FakeDevice:
        asked.append(port)
        return FakeDevice("Stage Piano:out")

    port = NamedInput(WATCH, opened, "piano")
    port.close()
    port.open()
    assert asked == ["piano", "Stage Piano:out"]


@pytest.fixture
def api(jack: JackServer) -> Api:
    return open_api("jack")


@pytest.fixture
def keyboard(sender: Callable[[str], Sender]) -> Sender:
    return sender("keyboard")


@pytest.fixture
def synth_in(receiver: Callable[[str], Receiver]) -> Receiver:
    return receiver("module")


@pytest.fixture
def real(api: Api, keyboard: Sender, synth_in: Receiver) -> Iterator[Ports]:
    with Ports(api) as ports:
        ports.input("keyboard")
        ports.output("module")
        yield ports


def test_one_port_is_not_opened_twice(real: Ports) -> None:
    with pytest.raises(InputError, match="'keyboard:out' is opened twice"):
        real.input("keyboard")
    assert real.inputs["keyboard:out"].is_open


def test_a_real_input_goes_on_after_it_was_reopened(real: Ports, keyboard: Sender) -> None:
    port = real.inputs["keyboard:out"]
    arrived: list[bytes] = []

    def has_come(message: bytes) -> bool:
        arrived.extend(played(port))
        return message in arrived

    keyboard.play([(0.0, ON)])
    wait_until(lambda: has_come(ON), "the note")
    port.close()
    port.open()
    assert played(port) == [OFF]
    keyboard.play([(0.0, b"\x90\x45\x40")])
    wait_until(lambda: has_come(b"\x90\x45\x40"), "the note after")
    assert not real.is_lost()


def test_a_real_output_goes_on_after_it_was_reopened(real: Ports, synth_in: Receiver) -> None:
    port = real.outputs["module:in"]
    port.send(ON, 0)
    port.close()
    port.open()
    port.send(b"\x90\x45\x40", 0)
    assert [heard.message for heard in synth_in.wait_for(3)] == [ON, OFF, b"\x90\x45\x40"]
    assert not real.is_lost()


def test_a_port_whose_device_has_gone_is_lost_and_found_again(api: Api) -> None:
    with Ports(api) as ports:
        with Sender("stick") as stick:
            port = ports.input("stick")
            assert port.name == stick.port
            assert not port.is_lost()
        wait_until(port.is_lost, "the device to be gone")
        port.close()
        with pytest.raises(InputError, match="no port 'stick:out'"):
            port.open()
        with Sender("stick"):
            port.open()
            assert port.is_open


def test_a_clock_and_notes_may_come_from_one_port(api: Api, keyboard: Sender) -> None:
    with open_ports(api, PortOptions(in_ports=["keyboard"], clock_in="keyb"), None, Tempo.of(120)) as ports:
        assert len(ports.inputs) == 1
        assert ports.directions[-1] == "  clock in keyboard:out"


def test_notes_and_our_clock_may_go_to_one_port(api: Api, synth_in: Receiver) -> None:
    with open_ports(api, PortOptions(out_ports=["module"], clock_out="module"), None, Tempo.of(120)) as ports:
        assert ports.clock is ports.outputs[0]


def test_a_clock_may_come_from_a_port_of_its_own(api: Api, keyboard: Sender) -> None:
    with open_ports(api, PortOptions(clock_in="keyboard"), None, Tempo.of(120)) as ports:
        assert [getattr(port, "name", "") for port in ports.inputs] == ["Antiphon in", "keyboard:out"]
