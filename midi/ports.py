"""Live MIDI ports, by python-rtmidi: which systems answer, what ports there are, and one class for each direction.

Its one rule: a port is polled, never called back. Python callbacks run in JACK's real-time thread, where they lose
messages and lock up `close`. Nothing here starts a thread; one process opens, polls and closes its own ports.

The systems differ in what they can do and in how they show a port:

    system     own (virtual) ports     a port's name elsewhere
    coremidi   yes                     "Antiphon in"
    jack       yes                     "Antiphon in:Antiphon in"            (client:port)
    alsa       yes                     "Antiphon in:Antiphon in 128:0"      (client:port, and their numbers)
    winmm      no: a loopback driver   "loopMIDI Port 1"                    (Windows adds a number)
"""

import importlib
import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from secrets import token_hex
from types import ModuleType, TracebackType
from typing import Any, Self

from midi.arrivals import Arrivals, Arrived
from midi.errors import InputError, MachineError
from midi.port_names import choose, decoded, parts, told_apart

QUEUE_MESSAGES = 20_000
"""Messages an input holds until it is polled; rtmidi's own 1024 is lost in one burst from a sequencer."""

SETTLE_S = 0.03
"""How long a JACK port waits before it is closed. libjack 1.9.22 walks a client's list of ports in a thread of its own
whenever the graph changes, while unregistering a port takes it off that list: one close in a few hundred crashed. By
then the changes that others made, such as our other port's end, have been heard of."""

IN_NAME = "Antiphon in"
OUT_NAME = "Antiphon out"
LISTING = "Antiphon list"
"""The client that only looks which ports there are."""


@dataclass(frozen=True, slots=True)
class System:
    """What is known of a MIDI system before it is tried."""

    name: str
    title: str
    constant: str
    """Its name in the rtmidi module."""
    platform: str
    """The `sys.platform` it is for."""
    remedy: str
    """What to do if it does not answer."""


SYSTEMS: tuple[System, ...] = (
    System("coremidi", "CoreMIDI", "API_MACOSX_CORE", "darwin", "log in at the desktop: CoreMIDI has no server here"),
    System("winmm", "Windows MIDI", "API_WINDOWS_MM", "win32", "start the Windows Audio service"),
    System("jack", "JACK", "API_UNIX_JACK", "linux", "start a JACK server as this user"),
    System("alsa", "ALSA", "API_LINUX_ALSA", "linux", "load its sequencer: sudo modprobe snd-seq"),
)
"""Every system, in the order in which `auto` tries those of this platform."""

API_NAMES: tuple[str, ...] = ("auto", *(system.name for system in SYSTEMS))
"""What `--midi-api` takes."""


@dataclass(frozen=True, slots=True)
class Api:
    """A MIDI system of this machine, as it answered when it was tried."""

    name: str
    title: str
    reachable: bool
    reason: str = ""
    """Why it cannot be reached; empty if it can."""
    remedy: str = ""
    """What to do about that."""

    @property
    def obstacle(self) -> str:
        """Why it cannot be reached and what to do, in one phrase."""
        return f"{self.title} {self.reason} ({self.remedy})"

    @property
    def has_virtual_ports(self) -> bool:
        """Whether Antiphon can open ports of its own for other programs to find."""
        return self.name != "winmm"


def available_apis() -> list[Api]:
    """Try every system of this platform (about 20 ms each); the one that `auto` takes is the first reachable.

    Raises:
        MachineError: python-rtmidi itself cannot be loaded.
    """
    return [_try(system) for system in SYSTEMS if system.platform == sys.platform]


def open_api(name: str = "auto") -> Api:
    """The system of that name, or for "auto" the first that answers.

    Raises:
        InputError: there is no such system on this platform.
        MachineError: it does not answer; the message says what was tried and what to do.
    """
    here = [system for system in SYSTEMS if system.platform == sys.platform]
    wanted = [system for system in here if name in ("auto", system.name)]
    if not wanted:
        there = ", ".join(["auto", *(system.name for system in here)])
        raise InputError(f"no MIDI system {name!r} on this platform; there are: {there}")
    tried: list[Api] = []
    for system in wanted:
        api = _try(system)
        if api.reachable:
            return api
        tried.append(api)
    raise MachineError("no MIDI system answers: " + "; ".join(api.obstacle for api in tried))


def list_ports(api: Api) -> tuple[list[str], list[str]]:
    """The ports of other programs and devices: those that can be listened to, and those that can be played.

    Each by a name of its own, which `choose` takes.
    """
    inputs, outputs = _listed_by_system(api)
    return told_apart(inputs), told_apart(outputs)


def _listed_by_system(api: Api) -> tuple[list[str], list[str]]:
    with _device(api, "MidiIn", LISTING) as heard, _device(api, "MidiOut", LISTING) as played:
        return _names(heard), _names(played)


def unused_names(api: Api, *names: str) -> tuple[str, ...]:
    """The names as given, or all with the lowest number that leaves none of them taken by another program.

    JACK would call the second "Antiphon in" "Antiphon in-01" on its own, and CoreMIDI would have two of one name:
    with a number of our own, the in and the out of one Antiphon always go together.
    """
    inputs, outputs = _listed_by_system(api)
    taken = {part.casefold() for port in (*inputs, *outputs) for part in parts(port)}
    number = 1
    while True:
        numbered = tuple(name if number == 1 else f"{name} {number}" for name in names)
        if not taken & {name.casefold() for name in numbered}:
            return numbered
        number += 1


class Watch:
    """Notices that the JACK server has died under the ports; made once they are open.

    Nothing tells: ports go on listing each other and taking messages. But the server's end ends libjack's threads in
    this process, so there are fewer than before. Costs 10 us. The other systems do not die under their clients.
    """

    def __init__(self, api: Api) -> None:
        """Count the threads that are there now."""
        self._begun = _thread_count() if api.name == "jack" else 0

    def is_lost(self) -> bool:
        """Whether the server is gone, and what is played with it."""
        return _thread_count() < self._begun


def _thread_count() -> int:
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0  # noqa: PTH208, PTH112 - quick


class _Port:
    """An open rtmidi device and the name by which a person knows it."""

    __slots__ = ("_device", "name")

    def __init__(self, device: Any, name: str) -> None:
        """Take over a device that is open already; the class methods of InPort and OutPort open one."""
        self._device = device
        self.name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def others(self) -> list[str]:
        """The ports this one could be connected to now (about 0.1 ms)."""
        return _names(self._device)

    def close(self) -> None:
        """Deliver what is pending and leave the MIDI system. A second call does nothing."""
        if not self._device.is_deleted:
            if self._device.get_current_api() == _driver().API_UNIX_JACK:
                time.sleep(SETTLE_S)
            self._device.close_port()
            with _quiet_stderr():
                self._device.delete()


class InPort(_Port):
    """Where messages come in."""

    __slots__ = ("_arrivals",)

    def __init__(self, device: Any, name: str) -> None:
        """Listen to a device that is open already."""
        super().__init__(device, name)
        # rtmidi drops MIDI clock and active sensing unless told, and with them the time that passed before.
        device.ignore_types(sysex=True, timing=False, active_sense=False)
        self._arrivals = Arrivals()

    @classmethod
    def virtual(cls, api: Api, name: str = IN_NAME) -> Self:
        """Open a port of our own that other programs can play into; its `name` is what the system calls it.

        Raises:
            MachineError: the system does not answer, or has no virtual ports (Windows).
        """
        return cls(*_open_virtual(api, "MidiIn", name))

    @classmethod
    def existing(cls, api: Api, port: str, name: str = IN_NAME) -> Self:
        """Listen to a port that is there already: its exact name, or a part of it that only one port has.

        Raises:
            InputError: there is no such port, or more than one.
            MachineError: the system does not answer.
        """
        return cls(*_open_existing(api, "MidiIn", port, name))

    def poll(self) -> list[Arrived]:
        """Every whole message since the last call, in order, with its time. SysEx is left out."""
        received: list[tuple[bytes, float]] = []
        begun_ns = time.monotonic_ns()
        get_message = self._device.get_message
        while message := get_message():
            received.append((bytes(message[0]), message[1]))
        return self._arrivals.stamp(received, begun_ns, time.monotonic_ns())


class OutPort(_Port):
    """Where messages go out."""

    __slots__ = ()
    lead_ns = 0
    """Messages are handed over at their time: the system sends them at once, JACK at its next period."""

    @classmethod
    def virtual(cls, api: Api, name: str = OUT_NAME) -> Self:
        """Open a port of our own that other programs can listen to; its `name` is what the system calls it.

        Raises:
            MachineError: the system does not answer, or has no virtual ports (Windows).
        """
        return cls(*_open_virtual(api, "MidiOut", name))

    @classmethod
    def existing(cls, api: Api, port: str, name: str = OUT_NAME) -> Self:
        """Play into a port that is there already: its exact name, or a part of it that only one port has.

        Raises:
            InputError: there is no such port, or more than one.
            MachineError: the system does not answer.
        """
        return cls(*_open_existing(api, "MidiOut", port, name))

    def send(self, message: bytes, due_ns: int = 0) -> None:  # noqa: ARG002 - as an output with a lead is called
        """Hand one whole message to the system, which takes 0.5 us; a dead JACK server blocks it once 16 KB wait."""
        self._device.send_message(message)


def _try(system: System) -> Api:
    """Whether a system answers, found out by opening it: what was compiled in says nothing of what runs."""
    driver = _driver()
    if getattr(driver, system.constant) not in driver.get_compiled_api():
        built = "this python-rtmidi was built without it"
        return Api(
            system.name, system.title, reachable=False, reason=built, remedy="reinstall python-rtmidi from a wheel"
        )
    api = Api(system.name, system.title, reachable=True)
    try:
        with _device(api, "MidiOut", "Antiphon probe"):
            return api
    except MachineError:
        return Api(system.name, system.title, reachable=False, reason="does not answer", remedy=system.remedy)


def _driver() -> ModuleType:
    """The rtmidi module; imported here, late, so that everything else works where it cannot be loaded."""
    try:
        return importlib.import_module("rtmidi")
    except ModuleNotFoundError:
        raise MachineError("python-rtmidi is not installed: pip install python-rtmidi") from None
    except ImportError as error:
        remedy = "apt install libasound2" if "libasound" in str(error) else "reinstall python-rtmidi"
        raise MachineError(f"python-rtmidi cannot be loaded ({error}): {remedy}") from None


def _new(api: Api, kind: str, client: str) -> Any:
    """A device of a system, no port open yet."""
    driver = _driver()
    constant = next(system.constant for system in SYSTEMS if system.name == api.name)
    os.environ.setdefault("JACK_NO_START_SERVER", "1")  # libjack would start a server of its own, and hold the card
    options = {"queue_size_limit": QUEUE_MESSAGES} if kind == "MidiIn" else {}
    try:
        with _quiet_stderr():
            return getattr(driver, kind)(rtapi=getattr(driver, constant), name=client, **options)
    except OSError as error:  # rtmidi's errors are OSErrors
        raise MachineError(f"{api.title} does not answer: {error}") from None


@contextmanager
def _device(api: Api, kind: str, client: str) -> Iterator[Any]:
    device = _new(api, kind, client)
    try:
        yield device
    finally:
        with _quiet_stderr():
            device.delete()


def _names(device: Any) -> list[str]:
    return [decoded(name) for name in device.get_ports(encoding=None)]


def _open_virtual(api: Api, kind: str, name: str) -> tuple[Any, str]:
    """A device with a port of our own, and the name by which others find it."""
    if not api.has_virtual_ports:
        raise MachineError(
            f"{api.title} has no virtual ports: make two in loopMIDI, and give their names with --in and --out"
        )
    device = _new(api, kind, name)
    try:
        device.open_virtual_port(name)
        return device, _name_on_jack(api, kind, device, name) if api.name == "jack" else name
    except (OSError, NotImplementedError) as error:
        device.delete()
        raise MachineError(f"{api.title} did not open the port {name!r}: {error}") from None


def _name_on_jack(api: Api, kind: str, device: Any, name: str) -> str:
    """What JACK calls the client of a port that has just been opened: "Antiphon in-01", if another was quicker.

    Nothing asks it directly: where several could be ours, our port bears for a moment a name that no other has.
    """
    with _device(api, "MidiOut" if kind == "MidiIn" else "MidiIn", LISTING) as others:
        clients = _clients_of(others, name)
        ours = [client for client in clients if re.fullmatch(rf"{re.escape(name)}(-\d+)?", client)]
        if len(ours) != 1:
            mark = token_hex(8)
            device.set_port_name(mark)
            ours = _clients_of(others, mark)
            device.set_port_name(name)
    return ours[0] if ours else name


def _clients_of(device: Any, port: str) -> list[str]:
    """The clients that have a port of this name."""
    return [client for client, _, own in (name.rpartition(":") for name in _names(device)) if own == port]


def _open_existing(api: Api, kind: str, port: str, name: str) -> tuple[Any, str]:
    device = _new(api, kind, name)
    try:
        ports = _names(device)
        index = choose(ports, port)
        device.open_port(index, name)
    except InputError:
        device.delete()
        raise
    except OSError as error:
        device.delete()
        raise MachineError(f"{api.title} did not connect to {port!r}: {error}") from None
    return device, told_apart(ports)[index]


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Send what C libraries write to file descriptor 2 nowhere: libjack and ALSA report every failed try there."""
    saved = -1
    with suppress(OSError):  # no stderr at all: nothing to silence
        saved = os.dup(2)
    if saved < 0:
        yield
        return
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
