"""The ports of a performance, each by its name: closed and opened again between two passes of the loop.

Its one rule: whatever came in or went out through a port has ended when that port is closed. Keys that are down at an
input come up as though they had been let go; keys and pedals that an output holds are let go before it closes.
Opening and closing take 20 to 60 ms, in which nothing else is sent. I/O process only.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

from midi.arrivals import Arrived
from midi.errors import InputError, MachineError
from midi.message import is_channel_message
from midi.port_names import choose
from midi.server_watch import ServerWatch
from realtime.session.through import Through


class Device(Protocol):
    """An open port of a MIDI system."""

    name: str

    def is_lost(self) -> bool:
        """Whether it leads nowhere any more."""

    def close(self) -> None:
        """Deliver what is pending and leave the MIDI system."""


class InputDevice(Device, Protocol):
    """One that messages come in at."""

    def poll(self) -> list[Arrived]:
        """Whole messages that have arrived, in order; never blocks."""


class OutputDevice(Device, Protocol):
    """One that messages go out at."""

    lead_ns: int

    def send(self, message: bytes, due_ns: int) -> None:
        """Send one message, now or at its time, whichever is later."""


DeviceT = TypeVar("DeviceT", bound=Device)


class NamedPort(Generic[DeviceT]):
    """A port whose name outlives the device behind it."""

    def __init__(self, open_device: Callable[[str | None], DeviceT], port: str | None = None) -> None:
        """Open it, connected to a port that is there, or None: one of our own. Its name is that of the first device."""
        self._open_device = open_device
        self._owed = Through()
        device = open_device(port)
        self._device: DeviceT | None = device
        self._is_own = port is None
        self.name = device.name

    @property
    def is_open(self) -> bool:
        """Whether messages pass."""
        return self._device is not None

    def is_lost(self) -> bool:
        """Whether it is open and leads nowhere any more, as when its cable was pulled."""
        return self._device is not None and self._device.is_lost()

    def open(self) -> None:
        """Open it again, by the whole name that it had first; nothing if it is open.

        Raises:
            InputError: the port that it is connected to is not there.
            MachineError: the system does not open it.
        """
        if self._device is None:
            self._device = self._open_device(None if self._is_own else self.name)

    def close(self) -> None:
        """End what it holds and close it; nothing if it is closed."""
        device, self._device = self._device, None
        if device is not None:
            self._end(device)
            device.close()

    def _end(self, device: DeviceT) -> None:
        """End what came in, or went out, before the device closes."""
        raise NotImplementedError

    def _note(self, data: bytes, at_ns: int) -> None:
        """Keep account of the keys and pedals that are down."""
        if is_channel_message(data):
            self._owed.take(data, at_ns, is_open=True)


class NamedInput(NamedPort[InputDevice]):
    """An input; nothing arrives while it is closed."""

    def __init__(self, open_device: Callable[[str | None], InputDevice], port: str | None = None) -> None:
        """Open it, as any named port."""
        super().__init__(open_device, port)
        self._left: list[Arrived] = []
        """Messages from before it was closed, and the end of what was down then."""

    def poll(self) -> list[Arrived]:
        """Whole messages that have arrived, in order; never blocks."""
        arrived, self._left = self._left, []
        return arrived if self._device is None else arrived + self._polled(self._device)

    def _polled(self, device: InputDevice) -> list[Arrived]:
        arrived = device.poll()
        for at_ns, data in arrived:
            self._note(data, at_ns)
        return arrived

    def _end(self, device: InputDevice) -> None:
        self._left += self._polled(device)
        now_ns = time.monotonic_ns()
        self._left += [Arrived(now_ns, data) for data in self._owed.end()]


class NamedOutput(NamedPort[OutputDevice]):
    """An output; what is sent while it is closed is lost, as on a cable that was pulled."""

    @property
    def lead_ns(self) -> int:
        """The time before its due time at which a message is to be handed over."""
        return self._device.lead_ns if self._device else 0

    def send(self, message: bytes, due_ns: int) -> None:
        """Send one message, now or at its time, whichever is later."""
        if self._device is not None:
            self._note(message, due_ns)
            self._device.send(message, due_ns)

    def _end(self, device: OutputDevice) -> None:
        now_ns = time.monotonic_ns()
        with suppress(OSError, MachineError):  # it may be lost already
            for data in self._owed.end():
                device.send(data, now_ns)


PortT = TypeVar("PortT", NamedInput, NamedOutput)


class PortSet(Generic[PortT]):
    """The ports of one direction, by their names."""

    def __init__(self, watch: ServerWatch) -> None:
        """Begin with none; `watch` is told of every port that is opened or closed."""
        self._watch = watch
        self._ports: dict[str, PortT] = {}

    def add(self, port: PortT) -> PortT:
        """Take over a port that has just been opened; returns it.

        Raises:
            InputError: there is one of that name.
        """
        if port.name in self._ports:
            port.close()
            raise InputError(f"{port.name!r} is opened twice: name each port once")
        self._ports[port.name] = port
        self._watch.renew()
        return port

    def __iter__(self) -> Iterator[PortT]:
        """Every port, in the order in which they were opened first."""
        return iter(self._ports.values())

    def __getitem__(self, name: str) -> PortT:
        """The port of a name.

        Raises:
            InputError: there is none.
        """
        if name not in self._ports:
            raise InputError(f"no port {name!r} is in use; in use are: {', '.join(map(repr, self._ports))}")
        return self._ports[name]

    def find(self, wanted: str, there: Sequence[str]) -> PortT | None:
        """The port in use that a person means by a name, if it is one; `there`: the names of all that are there.

        Raises:
            InputError: no port fits, or several do.
        """
        name = wanted if wanted in self._ports else there[choose(there, wanted)]
        return self._ports.get(name)

    def is_lost(self, name: str) -> bool:
        """Whether a port is open and leads nowhere any more."""
        return self[name].is_lost()

    def open(self, name: str) -> None:
        """Open a port that was closed."""
        self._carry_out(self[name].open)

    def close(self, name: str) -> None:
        """Close a port; its name stays."""
        self._carry_out(self[name].close)

    def reopen(self, name: str) -> None:
        """Close a port and open it again."""
        self.close(name)
        self.open(name)

    def _carry_out(self, act: Callable[[], None]) -> None:
        """Open or close, and have the watch over the server know that it was us."""
        was_lost = self._watch.is_lost()
        try:
            act()
        finally:
            if not was_lost:
                self._watch.renew()


class Ports:
    """All ports of a performance; they close with it."""

    def __init__(self, watch: ServerWatch) -> None:
        self._watch = watch
        self.inputs: PortSet[NamedInput] = PortSet(watch)
        self.outputs: PortSet[NamedOutput] = PortSet(watch)

    def is_lost(self) -> bool:
        """Whether the MIDI system has gone, and the ports with it."""
        return self._watch.is_lost()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for port in (*self.outputs, *self.inputs):
            port.close()
