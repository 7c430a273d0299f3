"""The ports that there are on a MIDI system, and the names that ours bear among them."""

import re
from secrets import token_hex
from typing import Any

from midi.port_names import parts, told_apart
from midi.rtmidi_device import port_names, temporary_device
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


def name_of_own(api: Api, kind: str, device: Any, name: str) -> str:
    """The name by which other programs find a port of ours that has just been opened.

    JACK renames its client, as "Antiphon in-01", if another was quicker. Nothing asks it directly: where several
    could be ours, our port bears for a moment a name that no other has.
    """
    if api.name != "jack":
        return name
    with temporary_device(api, "MidiOut" if kind == "MidiIn" else "MidiIn", LISTING) as others:
        clients = _clients_of(others, name)
        ours = [client for client in clients if re.fullmatch(rf"{re.escape(name)}(-\d+)?", client)]
        if len(ours) != 1:
            mark = token_hex(8)
            device.set_port_name(mark)
            ours = _clients_of(others, mark)
            device.set_port_name(name)
    return ours[0] if ours else name


def _listed_by_system(api: Api) -> tuple[list[str], list[str]]:
    with temporary_device(api, "MidiIn", LISTING) as sources, temporary_device(api, "MidiOut", LISTING) as targets:
        return port_names(sources), port_names(targets)


def _clients_of(device: Any, port: str) -> list[str]:
    """The clients that have a port of this name."""
    return [client for client, _, own in (name.rpartition(":") for name in port_names(device)) if own == port]
