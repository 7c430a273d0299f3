"""The MIDI systems that answer on this machine, found by trying them."""

import sys
from dataclasses import replace

from midi.errors import InputError, MachineError
from midi.rtmidi_device import is_compiled_in, temporary_device
from midi.systems import SYSTEMS, Api


def available_apis() -> list[Api]:
    """Try every system of this platform (about 20 ms each); the one that `auto` takes is the first reachable.

    Raises:
        MachineError: python-rtmidi itself cannot be loaded.
    """
    return [_try(system) for system in _of_this_platform()]


def open_api(name: str = "auto") -> Api:
    """The system of that name, or for "auto" the first that answers.

    Raises:
        InputError: there is no such system on this platform.
        MachineError: it does not answer; the message says what was tried and what to do.
    """
    here = _of_this_platform()
    wanted = [system for system in here if name in ("auto", system.name)]
    if not wanted:
        names = ", ".join(["auto", *(system.name for system in here)])
        raise InputError(f"no MIDI system {name!r} on this platform; there are: {names}")
    tried: list[Api] = []
    for system in wanted:
        api = _try(system)
        if api.is_reachable:
            return api
        tried.append(api)
    raise MachineError("no MIDI system answers: " + "; ".join(api.obstacle for api in tried))


def _of_this_platform() -> list[Api]:
    return [api for api in SYSTEMS if api.platform == sys.platform]


def _try(api: Api) -> Api:
    """Open a system to see whether it answers: being compiled in says nothing of what runs."""
    if not is_compiled_in(api):
        lacking = "this python-rtmidi was built without it"
        return replace(api, reason=lacking, remedy="reinstall python-rtmidi from a wheel")
    try:
        with temporary_device(api, "MidiOut", "Antiphon probe"):
            return api
    except MachineError:
        return replace(api, reason="does not answer")
