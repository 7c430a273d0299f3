"""Real virtual ports on a real JACK server, seen by programs that do not use midi/ports.py."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from midi import port_listing, rtmidi_device
from midi.apis import available_apis, open_api
from midi.errors import InputError, MachineError
from midi.port_listing import list_ports, unused_names
from midi.ports import InPort, OutPort
from midi.systems import SYSTEMS, Api
from tests.peers.attempts import best_of
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender

BURST = [bytes([0x90, index % 128, 1 + index // 128]) for index in range(1000)]
"""A thousand different messages."""


class ListedDevice:
    """A device of a system that lists these ports."""

    def __init__(self, *ports: str) -> None:
        self.ports = ports

    def ignore_types(self, **_: bool) -> None:
        pass

    def get_ports(self, encoding: None) -> list[bytes]:  # noqa: ARG002 - as python-rtmidi is called
        return [port.encode() for port in self.ports]


@pytest.mark.parametrize(
    ("there", "is_lost"),
    [(("Keystation",), False), (("Keystation", "Keystation", "Bass"), False), (("Bass",), True), ((), True)],
)
def test_a_port_is_not_lost_because_another_of_its_name_comes_or_goes(there: tuple[str, ...], is_lost: bool) -> None:
    device = ListedDevice("Keystation", "Keystation")
    port = InPort(device, "Keystation 2", "Keystation")
    assert not port.is_lost()
    device.ports = there
    assert port.is_lost() == is_lost


@pytest.fixture
def api(jack: JackServer) -> Api:
    return open_api("jack")


@pytest.fixture
def pair(api: Api) -> Iterator[tuple[InPort, OutPort]]:
    with InPort.virtual(api) as inward, OutPort.virtual(api) as outward:
        yield inward, outward


def take(port: InPort, count: int) -> list[bytes]:
    """Poll until so many messages are there, and a little longer, so that too many are seen as well."""
    messages: list[bytes] = []

    def enough() -> bool:
        messages.extend(one.data for one in port.poll())
        return len(messages) >= count

    wait_until(enough, f"{count} messages")
    time.sleep(0.05)
    return messages + [one.data for one in port.poll()]


def test_auto_takes_jack_where_its_server_answers(jack: JackServer) -> None:
    assert open_api("auto").name == "jack"
    assert [api.is_reachable for api in available_apis() if api.name == "jack"] == [True]


def test_two_ports_appear_under_the_names_a_musician_is_told(pair: tuple[InPort, OutPort], jack: JackServer) -> None:
    assert {"Antiphon in:Antiphon in", "Antiphon out:Antiphon out"} <= set(jack.ports())


def test_a_thousand_messages_at_once_all_arrive_in_order(pair: tuple[InPort, OutPort], jack: JackServer) -> None:
    inward, outward = pair
    jack.connect("Antiphon out:Antiphon out", "Antiphon in:Antiphon in")
    for message in BURST:
        outward.send(message)
    assert take(inward, len(BURST)) == BURST


def test_another_program_hears_every_message_in_order(
    pair: tuple[InPort, OutPort], jack: JackServer, receiver: Callable[[str], Receiver]
) -> None:
    listener = receiver("listener")
    jack.connect("Antiphon out:Antiphon out", listener.port)
    for message in BURST:
        pair[1].send(message)
    assert [heard.message for heard in listener.wait_for(len(BURST))] == BURST


def test_another_program_is_heard_in_order(
    pair: tuple[InPort, OutPort], jack: JackServer, sender: Callable[[str], Sender]
) -> None:
    keyboard = sender("keyboard")
    jack.connect(keyboard.port, "Antiphon in:Antiphon in")
    keyboard.play([(index / 1000, message) for index, message in enumerate(BURST)])
    assert take(pair[0], len(BURST)) == BURST


def test_clock_transport_and_active_sensing_come_through_but_sysex_does_not(
    pair: tuple[InPort, OutPort], jack: JackServer, sender: Callable[[str], Sender]
) -> None:
    keyboard = sender("keyboard")
    jack.connect(keyboard.port, "Antiphon in:Antiphon in")
    sent = [b"\xf0\x7e\x7f\x06\x01\xf7", b"\xfe", b"\xfa", b"\xf8", b"\xf8", b"\xfc", b"\xb0\x40\x7f"]
    keyboard.play([(0.01 * index, message) for index, message in enumerate(sent)])
    assert take(pair[0], 6) == sent[1:]


def test_messages_looked_at_late_are_stamped_with_the_times_at_which_they_came(
    pair: tuple[InPort, OutPort], jack: JackServer, sender: Callable[[str], Sender]
) -> None:
    keyboard = sender("keyboard")
    jack.connect(keyboard.port, "Antiphon in:Antiphon in")

    def apart_ms() -> float:
        """How far apart, at most, the ways of messages seem by their stamps."""
        pair[0].poll()
        sent = keyboard.play([(0.02 * index, b"\xf8") for index in range(30)])
        time.sleep(0.05)
        looked_ns = time.monotonic_ns()
        late = [one.at_ns - out.at_ns for one, out in zip(pair[0].poll(), sent, strict=True)]
        print(f"stamped {min(late) / 1e6:.2f} to {max(late) / 1e6:.2f} ms after they were sent, looked at 0.6 s later")
        assert looked_ns - sent[0].at_ns > 600e6
        return (max(late) - min(late)) / 1e6

    assert best_of(apart_ms, lambda ms: ms < 15) < 15, "two periods, and a machine that is late"


def test_an_existing_port_is_found_by_part_of_its_name(
    api: Api, sender: Callable[[str], Sender], receiver: Callable[[str], Receiver]
) -> None:
    keyboard, listener = sender("Stage Piano"), receiver("Sound Module")
    with InPort.existing(api, "stage piano") as inward, OutPort.existing(api, "Module") as outward:
        assert (inward.name, outward.name) == (keyboard.port, listener.port)
        keyboard.play([(0.0, b"\x90\x3c\x40")])
        assert take(inward, 1) == [b"\x90\x3c\x40"]
        outward.send(b"\x80\x3c\x00")
        assert [heard.message for heard in listener.wait_for(1)] == [b"\x80\x3c\x00"]


def test_an_unknown_port_is_refused_with_a_list_of_those_there_are(api: Api, sender: Callable[[str], Sender]) -> None:
    sender("keyboard")
    with pytest.raises(InputError, match=r"no port 'Moog'; there are: 'keyboard:out'"):
        InPort.existing(api, "Moog")


def test_ports_of_both_directions_are_listed(
    api: Api, sender: Callable[[str], Sender], receiver: Callable[[str], Receiver]
) -> None:
    sender("keyboard")
    receiver("listener")
    assert list_ports(api) == (["keyboard:out"], ["listener:in"])


def test_a_second_antiphon_gets_a_number_for_both_its_ports(pair: tuple[InPort, OutPort], api: Api) -> None:
    assert unused_names(api, "Antiphon in", "Antiphon out") == ("Antiphon in 2", "Antiphon out 2")


def test_a_first_antiphon_gets_the_plain_names(api: Api) -> None:
    assert unused_names(api, "Antiphon in", "Antiphon out") == ("Antiphon in", "Antiphon out")


def test_an_open_port_sees_programs_come_and_go(pair: tuple[InPort, OutPort]) -> None:
    inward = pair[0]
    with Sender("keyboard") as keyboard:
        assert keyboard.port in inward.others()
    wait_until(lambda: keyboard.port not in inward.others(), "the keyboard to be gone")


def test_closing_delivers_what_was_sent_and_may_be_done_twice(
    api: Api, jack: JackServer, receiver: Callable[[str], Receiver]
) -> None:
    listener = receiver("listener")
    port = OutPort.virtual(api)
    jack.connect("Antiphon out:Antiphon out", listener.port)
    for message in BURST[:200]:
        port.send(message)
    port.close()
    port.close()
    assert [heard.message for heard in listener.wait_for(200)] == BURST[:200]
    assert "Antiphon out:Antiphon out" not in jack.ports()


def test_where_nothing_answers_one_line_says_what_was_tried_and_what_to_do(no_midi: None) -> None:
    with pytest.raises(MachineError, match=r"^no MIDI system answers: JACK .*start a .*; ALSA .*modprobe snd-seq\)$"):
        open_api("auto")


def test_a_system_of_another_platform_is_refused(jack: JackServer) -> None:
    with pytest.raises(InputError, match="no MIDI system 'winmm' on this platform; there are: auto, jack, alsa"):
        open_api("winmm")


def test_probing_leaves_stderr_clean(no_midi: None) -> None:
    """libjack and ALSA complain on file descriptor 2, below Python's own sys.stderr."""
    code = "from midi.apis import available_apis; print([api.is_reachable for api in available_apis()])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert (done.stdout, done.stderr) == ("[False, False]\n", "")


def test_windows_is_told_of_loopmidi() -> None:
    with pytest.raises(MachineError, match=r"no virtual ports: make two in loopMIDI.*--in and --out"):
        InPort.virtual(next(api for api in SYSTEMS if api.name == "winmm"))


def test_a_missing_sound_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> None:
        raise ImportError("libasound.so.2: cannot open shared object file: No such file or directory")

    monkeypatch.setattr("midi.rtmidi_device.importlib.import_module", without)
    with pytest.raises(MachineError, match=r"libasound\.so\.2.*: apt install libasound2"):
        available_apis()


def test_a_port_is_called_what_jack_calls_it(api: Api, jack: JackServer) -> None:
    """JACK renames a client whose name is taken, as that of another Antiphon which looked in the same moment."""
    with ExitStack() as opened:
        inward = [opened.enter_context(InPort.virtual(api)) for _ in range(3)]
        outward = [opened.enter_context(OutPort.virtual(api)) for _ in range(2)]
        assert [port.name for port in inward] == ["Antiphon in", "Antiphon in-01", "Antiphon in-02"]
        assert [port.name for port in outward] == ["Antiphon out", "Antiphon out-01"]
        ours = {f"{port.name}:Antiphon in" for port in inward} | {f"{port.name}:Antiphon out" for port in outward}
        assert set(jack.ports()) == ours


def test_a_port_is_told_from_another_that_opened_in_the_same_moment(
    api: Api, jack: JackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ExitStack() as opened:

        def open_second(api: Api, kind: str, name: str) -> Any:
            opened.callback(rtmidi_device.close_device, rtmidi_device.open_virtual(api, kind, name))
            return rtmidi_device.open_virtual(api, kind, name)

        monkeypatch.setattr(port_listing, "open_virtual", open_second)
        assert opened.enter_context(InPort.virtual(api)).name == "Antiphon in-01"
        assert set(jack.ports()) == {"Antiphon in:Antiphon in", "Antiphon in-01:Antiphon in"}


def test_names_come_as_utf_8_whatever_the_system(api: Api, sender: Callable[[str], Sender]) -> None:
    sender("Flügel für Zoë")
    assert list_ports(api)[0] == ["Flügel für Zoë:out"]


def test_two_devices_of_one_name_are_opened_by_number(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CoreMIDI lists them; JACK itself would never."""
    opened: list[int] = []

    class Driver:
        def get_ports(self, encoding: str | None) -> list[bytes]:
            assert encoding is None
            return [b"Keystation", b"Bass", b"Keystation"]

        def open_port(self, index: int, _: str) -> None:
            opened.append(index)

        def delete(self) -> None:
            pass

    monkeypatch.setattr(rtmidi_device, "make_device", lambda *_: Driver())
    assert list_ports(api)[0] == ["Keystation 1", "Bass", "Keystation 2"]
    assert OutPort.existing(api, "keystation 2").name == "Keystation 2"
    assert opened == [2]
    assert unused_names(api, "Keystation") == ("Keystation 2",)
