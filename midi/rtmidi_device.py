"""The bare devices of python-rtmidi: made, named, opened and deleted. Nothing else here imports that package.

A device is a client of a MIDI system with at most one port: a `MidiIn` or a `MidiOut`, by its `kind`.
"""

import importlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any

from midi.errors import InputError, MachineError
from midi.port_names import choose, decoded, told_apart
from midi.systems import Api

QUEUE_MESSAGES = 20_000
"""Messages an input holds until it is polled; rtmidi's own 1024 is lost in one burst from a sequencer."""

SETTLE_S = 0.03
"""Seconds that a JACK port waits before it is closed. libjack 1.9.22 walks a client's list of ports in a thread of its
own whenever the graph changes, while unregistering a port takes it off that list: one close in a few hundred crashed.
By then the changes that others made, such as our other port's end, have been heard of."""


def is_compiled_in(api: Api) -> bool:
    """Whether this python-rtmidi can speak to a system at all.

    Raises:
        MachineError: python-rtmidi cannot be loaded.
    """
    driver = _driver()
    return getattr(driver, api.constant) in driver.get_compiled_api()


def make_device(api: Api, kind: str, client: str) -> Any:
    """A device of a system, no port open yet.

    Raises:
        MachineError: the system does not answer.
    """
    driver = _driver()
    os.environ.setdefault("JACK_NO_START_SERVER", "1")  # libjack would start a server of its own, and hold the card
    options = {"queue_size_limit": QUEUE_MESSAGES} if kind == "MidiIn" else {}
    try:
        with _quiet_stderr():
            return getattr(driver, kind)(rtapi=getattr(driver, api.constant), name=client, **options)
    except OSError as error:  # rtmidi's errors are OSErrors
        raise MachineError(f"{api.title} does not answer: {error}") from None


@contextmanager
def temporary_device(api: Api, kind: str, client: str) -> Iterator[Any]:
    """A device for a look at the system: deleted at the end.

    Raises:
        MachineError: the system does not answer.
    """
    device = make_device(api, kind, client)
    try:
        yield device
    finally:
        _delete(device)


def port_names(device: Any) -> list[str]:
    """The ports that a device could be connected to now (about 0.1 ms)."""
    return [decoded(name) for name in device.get_ports(encoding=None)]


def open_virtual(api: Api, kind: str, name: str) -> Any:
    """A device with a port of our own for other programs to find.

    Raises:
        MachineError: the system does not answer, or has no virtual ports (Windows).
    """
    if not api.has_virtual_ports:
        raise MachineError(
            f"{api.title} has no virtual ports: make two in loopMIDI, and give their names with --in and --out"
        )
    with _opening(api, kind, name, f"open the port {name!r}") as device:
        device.open_virtual_port(name)
        return device


def open_existing(api: Api, kind: str, port: str, name: str) -> tuple[Any, str, str]:
    """A device connected to a port that is there, that port's name, and the name as the system lists it.

    Ours is called `name`.

    Raises:
        InputError: there is no such port, or more than one.
        MachineError: the system does not answer.
    """
    with _opening(api, kind, name, f"connect to {port!r}") as device:
        ports = port_names(device)
        index = choose(ports, port)
        device.open_port(index, name)
        return device, told_apart(ports)[index], ports[index]


@contextmanager
def _opening(api: Api, kind: str, client: str, deed: str) -> Iterator[Any]:
    """A device that is deleted if its port cannot be opened."""
    device = make_device(api, kind, client)
    try:
        yield device
    except InputError:
        device.delete()
        raise
    except (OSError, NotImplementedError) as error:
        device.delete()
        raise MachineError(f"{api.title} did not {deed}: {error}") from None


def close_device(device: Any) -> None:
    """Deliver what is pending and leave the MIDI system. A second call does nothing."""
    if not device.is_deleted:
        if device.get_current_api() == _driver().API_UNIX_JACK:
            time.sleep(SETTLE_S)
        device.close_port()
        _delete(device)


def _delete(device: Any) -> None:
    with _quiet_stderr():
        device.delete()


def _driver() -> ModuleType:
    """The rtmidi module; imported here, late, so that everything else works where it cannot be loaded."""
    try:
        return importlib.import_module("rtmidi")
    except ModuleNotFoundError:
        raise MachineError("python-rtmidi is not installed: pip install python-rtmidi") from None
    except ImportError as error:
        remedy = "apt install libasound2" if "libasound" in str(error) else "reinstall python-rtmidi"
        raise MachineError(f"python-rtmidi cannot be loaded ({error}): {remedy}") from None


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
