"""`antiphon ports`: what Antiphon could be connected to, and the flag that takes it."""

import argparse

from midi.apis import available_apis
from midi.errors import MachineError
from midi.port_listing import list_ports
from midi.systems import Api

EPILOG = """\
examples:
  antiphon ports                                what there is
  antiphon jam --in "Keystation" --out "Synth"  part of a name is enough, if only one port has it

Devices of one name are numbered: --in "Keystation 2" is the second of two that the system calls Keystation.
Without --in and --out, antiphon jam opens two ports of its own, "Antiphon in" and "Antiphon out".
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It has no flags of its own."""


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  # every verb is given its arguments
    """Print the ports of every MIDI system that answers.

    Raises:
        MachineError: none does.
    """
    apis = available_apis()
    for api in apis:
        print("\n".join(_lines_of(api)))
    if not any(api.is_reachable for api in apis):
        raise MachineError("no MIDI system answers; antiphon doctor says what to do")
    return 0


def _lines_of(api: Api) -> list[str]:
    if not api.is_reachable:
        return [api.obstacle]
    inputs, outputs = list_ports(api)
    return [
        f"{api.title} (--midi-api {api.name})",
        *_listed("to listen to, with --in", inputs),
        *_listed("to play into, with --out", outputs),
    ]


def _listed(title: str, ports: list[str]) -> list[str]:
    return [f"  {title}", *(f"    {port}" for port in ports or ["(none)"])]
