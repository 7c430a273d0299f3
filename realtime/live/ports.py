"""The ports of a performance, each by its name: closed and opened again between two passes of the loop.

Its one rule: whatever came in or went out through a port has ended when that port is closed. Keys that are down at an
input come up as though they had been let go; keys and pedals that an output holds are let go before it closes.
Opening and closing take 20 to 60 ms, in which nothing else is sent. A thread would not help: python-rtmidi holds the
GIL meanwhile (up to 80 to 120 ms beside ten busy processes). I/O process only.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Generic, Protocol, TypeVar

from midi.arrivals import Arrived
from midi.errors import MachineError
from midi.message import is_channel_message
from midi.server_watch import ServerWatch
from realtime.session.through import Through


class Input(Protocol):
    """A source of messages."""

    @property
    def name(self) -> str:
        """The name by which it is known."""

    def poll(self) -> list[Arrived]:
        """Whole MIDI messages that have arrived, in order; never blocks."""


class Output(Protocol):
    """A destination of messages: the answer's, or our own MIDI clock's."""

    @property
    def lead_ns(self) -> int:
        """Time by which a message is to be handed over before it is due."""

    def send(self, message: bytes, due_ns: int) -> None:
        """Send one MIDI message, now or at its time, whichever is later."""


class Device(Protocol):
    """An open port of a MIDI system."""

    @property
    def name(self) -> str:
        """The name by which it is known."""

    def is_lost(self) -> bool:
        """Whether it leads nowhere any more."""

    def close(self) -> None:
        """Deliver what is pending and leave the MIDI system."""


class InputDevice(Device, Input, Protocol):
    """One that messages come in at."""


class OutputDevice(Device, Output, Protocol):
    """One that messages go out at."""


DeviceT = TypeVar("DeviceT", bound=Device)


class NamedPort(ABC, Generic[DeviceT]):
    """A port whose name outlives the device behind it."""

    def __init__(
        self, watch: ServerWatch, open_device: Callable[[str | None], DeviceT], port: str | None = None
    ) -> None:
        """Open it, connected to a port that is there, or None: one of our own. Its name is that of the first device.

        `watch` is told of every opening and closing.
        """
        self._watch = watch
        self._open_device = open_device
        self._owed = Through()
        """Keys and pedals that are down."""
        with self._told_to_watch():
            device = open_device(port)
        self._device: DeviceT | None = device
        self._was_lost = False
        self._is_own = port is None
        self.name = device.name

    @property
    def is_open(self) -> bool:
        """Whether messages pass."""
        return self._device is not None

    def is_lost(self) -> bool:
        """Whether it is open and leads nowhere any more, as when its cable was pulled."""
        return self._device is not None and self._device.is_lost()

    def has_gone(self) -> bool:
        """Whether it leads nowhere since the last look: then what came in, or went out, through it has ended."""
        was_lost, self._was_lost = self._was_lost, self.is_lost()
        if self._device is None or was_lost or not self._was_lost:
            return False
        self._end(self._device)
        return True

    def open(self) -> None:
        """Open it again, by the whole name that it had first; nothing if it is open.

        Raises:
            InputError: the port that it is connected to is not there.
            MachineError: the system does not open it.
        """
        if self._device is None:
            with self._told_to_watch():
                self._device = self._open_device(None if self._is_own else self.name)

    def close(self) -> None:
        """End what it holds and close it; nothing if it is closed."""
        device, self._device = self._device, None
        if device is not None:
            self._end(device)
            with self._told_to_watch():
                device.close()

    @abstractmethod
    def _end(self, device: DeviceT) -> None:
        """End what came in, or went out, before the device closes or when it has gone."""

    def _note(self, data: bytes, at_ns: int) -> None:
        if is_channel_message(data):
            self._owed.take(data, at_ns, is_open=True)

    @contextmanager
    def _told_to_watch(self) -> Iterator[None]:
        """Have the watch over the server know that it was us who opened or closed."""
        was_lost = self._watch.is_lost()
        try:
            yield
        finally:
            if not was_lost:
                self._watch.renew()


class NamedInput(NamedPort[InputDevice]):
    """An input; nothing arrives while it is closed."""

    _left: tuple[Arrived, ...] = ()
    """Messages from before it was closed, and the end of what was down then."""

    def poll(self) -> list[Arrived]:
        """Whole messages that have arrived, in order; never blocks."""
        arrived, self._left = self._left, ()
        return [*arrived, *(self._polled(self._device) if self._device else ())]

    def _polled(self, device: InputDevice) -> list[Arrived]:
        arrived = device.poll()
        for at_ns, data in arrived:
            self._note(data, at_ns)
        return arrived

    def _end(self, device: InputDevice) -> None:
        polled, now_ns = self._polled(device), time.monotonic_ns()
        self._left += (*polled, *(Arrived(now_ns, data) for data in self._owed.end()))


class NamedOutput(NamedPort[OutputDevice]):
    """An output; what is sent while it is closed is lost, as on a cable that was pulled."""

    @property
    def lead_ns(self) -> int:
        """The time before its due time at which a message is to be handed over."""
        return self._device.lead_ns if self._device else 0

    def send(self, message: bytes, due_ns: int) -> None:
        """Send one message, now or at its time, whichever is later."""
        if self._device is not None:
            self._device.send(message, due_ns)
            self._note(message, due_ns)

    def _end(self, device: OutputDevice) -> None:
        now_ns = time.monotonic_ns()
        with suppress(OSError, MachineError):  # it may be lost already
            for data in self._owed.end():
                device.send(data, now_ns)
