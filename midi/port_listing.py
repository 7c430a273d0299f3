"""The ports that there are on a MIDI system, and the names that ours bear among them."""

from secrets import token_hex
from typing import Any

from midi.port_names import parts, told_apart
from midi.rtmidi_device import open_virtual, port_names, temporary_device
from midi.systems import Api

LISTING = "Antiphon list"
"""The client that only looks which ports there are."""


def list_ports(api: Api) -> tuple[list[str], list[str]]:
    """The ports of other programs and devices: those that can be listened to, and those that can be played.

    Each by a name of its own, which `choose` takes.
    """
    inputs, outputs = _listed_by_system(api)
    return told_apart(inputs), told_apart(outputs)


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


def open_own(api: Api, kind: str, name: str) -> tuple[Any, str]:
    """A device with a port of our own, and the name by which other programs find it.

    JACK renames its client, as "Antiphon in-01", if another was quicker, and tells nobody: the new port is looked for.
    Where another program opened one in the same moment, ours bears for a moment a name that no other has.

    Raises:
        MachineError: the system does not answer, or has no virtual ports (Windows).
    """
    if api.name != "jack":
        return open_virtual(api, kind, name), name
    with temporary_device(api, "MidiOut" if kind == "MidiIn" else "MidiIn", LISTING) as others:
        before = port_names(others)
        device = open_virtual(api, kind, name)
        ours = [port for port in port_names(others) if port not in before]
        if len(ours) > 1:
            mark = token_hex(8)
            device.set_port_name(mark)
            ours = [port for port in port_names(others) if port.endswith(mark)]
            device.set_port_name(name)
    return device, ours[0].rpartition(":")[0] if ours else name


def _listed_by_system(api: Api) -> tuple[list[str], list[str]]:
    with temporary_device(api, "MidiIn", LISTING) as sources, temporary_device(api, "MidiOut", LISTING) as targets:
        return port_names(sources), port_names(targets)
