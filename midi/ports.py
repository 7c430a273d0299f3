"""Live MIDI ports, by python-rtmidi: one class for each direction.

Its one rule: a port is polled, never called back. Python callbacks run in JACK's real-time thread, where they lose
messages and lock up `close`. Nothing here starts a thread; one process opens, polls and closes its own ports.
"""

import time
from types import TracebackType
from typing import Any, ClassVar, Self

from midi.arrivals import Arrivals, Arrived
from midi.port_listing import open_own
from midi.rtmidi_device import close_device, open_existing, port_names
from midi.systems import Api

IN_NAME = "Antiphon in"
OUT_NAME = "Antiphon out"


class _Port:
    """An open rtmidi device and the name by which a person knows it."""

    __slots__ = ("_device", "_listed", "name")
    kind: ClassVar[str]
    """The device's, in rtmidi."""
    default_name: ClassVar[str]

    def __init__(self, device: Any, name: str, listed: str | None = None) -> None:
        """Take over a device that is open already; the class methods open one.

        `listed`: what the system calls the port that it is connected to, if it is not one of our own. Other than
        `name` it has no number, which changes as ports of the same name come and go.
        """
        self._device = device
        self._listed = listed
        self.name = name

    @classmethod
    def open(cls, api: Api, port: str | None, name: str | None = None) -> Self:
        """Connect to a port that is there, if one is named, else open one of our own; ours is called `name`.

        Raises:
            InputError: there is no such port, or more than one.
            MachineError: the system does not answer.
        """
        return cls.existing(api, port, name) if port else cls.virtual(api, name)

    @classmethod
    def virtual(cls, api: Api, name: str | None = None) -> Self:
        """Open a port of our own for other programs to find; its `name` is what the system calls it.

        Raises:
            MachineError: the system does not answer, or has no virtual ports (Windows).
        """
        return cls(*open_own(api, cls.kind, name or cls.default_name))

    @classmethod
    def existing(cls, api: Api, port: str, name: str | None = None) -> Self:
        """Connect to a port that is there already: its exact name, or a part of it that only one port has.

        Raises:
            InputError: there is no such port, or more than one.
            MachineError: the system does not answer.
        """
        return cls(*open_existing(api, cls.kind, port, name or cls.default_name))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def others(self) -> list[str]:
        """The ports this one could be connected to now (about 0.1 ms)."""
        return port_names(self._device)

    def is_lost(self) -> bool:
        """Whether the port that it is connected to is there no more (about 0.1 ms); one of our own is never lost."""
        return self._listed is not None and self._listed not in self.others()

    def close(self) -> None:
        """Deliver what is pending and leave the MIDI system. A second call does nothing."""
        close_device(self._device)


class InPort(_Port):
    """A port that messages come in at."""

    __slots__ = ("_arrivals",)
    kind = "MidiIn"
    default_name = IN_NAME

    def __init__(self, device: Any, name: str, listed: str | None = None) -> None:
        """Listen to a device that is open already."""
        super().__init__(device, name, listed)
        # rtmidi drops MIDI clock and active sensing unless told, and with them the time that passed before.
        device.ignore_types(sysex=True, timing=False, active_sense=False)
        self._arrivals = Arrivals()

    def poll(self) -> list[Arrived]:
        """Every whole message since the last call, in order, with its time. SysEx is left out."""
        received: list[tuple[bytes, float]] = []
        begun_ns = time.monotonic_ns()
        get_message = self._device.get_message
        while message := get_message():
            received.append((bytes(message[0]), message[1]))
        return self._arrivals.stamp(received, begun_ns, time.monotonic_ns())


class OutPort(_Port):
    """A port that messages go out at."""

    __slots__ = ()
    kind = "MidiOut"
    default_name = OUT_NAME
    lead_ns = 0
    """Messages are handed over at their time: the system sends them at once, JACK at its next period."""

    def send(self, message: bytes, due_ns: int = 0) -> None:  # noqa: ARG002 - as an output with a lead is called
        """Hand one whole message to the system, which takes 0.5 us; a dead JACK server blocks it once 16 KB wait."""
        self._device.send_message(message)
