"""Every system's time for a decided note, in one run that goes from one to the next and round again.

    python -m benchmarks.peers.run --rounds 5 --notes 200

Other work on the machine then falls on all of them alike. Nothing but the standard library is needed here.
"""

import argparse
import os
import platform
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from benchmarks.command import notify, parser_of, positive, run_command
from benchmarks.peers.environments import IMPSY, NOTOCHORD
from benchmarks.peers.process import PeerProcess, System
from benchmarks.peers.table import Row, lines
from midi.errors import MachineError

SYSTEMS = (
    System("Antiphon", "benchmarks.peers.antiphon"),
    System("Notochord", "benchmarks.peers.notochord", environment=NOTOCHORD),
    System("IMPSY, 2 x 64", "benchmarks.peers.impsy", ("64",), IMPSY),
    System("IMPSY, 2 x 512", "benchmarks.peers.impsy", ("512",), IMPSY),
    System("classic window", "benchmarks.peers.classic", share=0.1),
)
SILENCE_S = (0.020, 0.200)


@dataclass(frozen=True, slots=True)
class Length:
    """The length of the run: rounds, and the notes of a round in a row and after silences."""

    rounds: int
    notes: int
    paced: int


class Comparison:
    """The systems that started, and why the others did not; `notify` takes one line."""

    def __init__(self, systems: Sequence[System], notify: Callable[[str], None]) -> None:
        self._systems = systems
        self._notify = notify
        self._processes: dict[System, PeerProcess] = {}
        self._failures: dict[System, str] = {}

    def run(self, length: Length) -> int:
        """Start every system, let them take turns, print the tables; 0 where all of them were measured, else 3."""
        try:
            for system in self._systems:
                self._start(system)
            self._take_turns(length)
        finally:
            for process in self._processes.values():
                process.close()
        self._report()
        return 3 if self._failures else 0

    def _start(self, system: System) -> None:
        try:
            self._processes[system] = PeerProcess(system, self._notify)
            self._notify(f"ready: {self._processes[system].name}")
        except MachineError as error:
            self._failures[system] = str(error)
            self._notify(f"left out: {system.label}: {error}")

    def _take_turns(self, length: Length) -> None:
        chance = random.Random(0)  # noqa: S311  # silences, no secrets
        for number in range(1, length.rounds + 1):
            self._notify(f"round {number} of {length.rounds}")
            silences = [chance.uniform(*SILENCE_S) for _ in range(length.paced)]
            for system in self._processes:
                if system not in self._failures:
                    self._turn(system, length.notes, silences)

    def _turn(self, system: System, notes: int, silences: Sequence[float]) -> None:
        process = self._processes[system]
        try:
            process.measured.tight += process.decide([0.0] * _part(notes, system.share))
            process.measured.paced += process.decide(silences[: _part(len(silences), system.share)])
        except MachineError as error:
            self._failures[system] = str(error)

    def _report(self) -> None:
        load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        versions = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}{load}"
        self._notify(f"\n{date.today()}, {versions}")
        for title, kind in (("one note after another", "tight"), ("after 20 to 200 ms of silence", "paced")):
            self._notify("")
            for line in lines(title, [self._row(system, kind) for system in self._systems]):
                self._notify(line)
        self._notify("\nWhat was measured, each with one thread in a process of its own:")
        for process in self._processes.values():
            self._notify(f"- {process.name}: {process.what}")

    def _row(self, system: System, kind: str) -> Row:
        if system in self._failures:
            return Row(system.label, failure=self._failures[system])
        process = self._processes[system]
        return Row(process.name, getattr(process.measured, kind), process.measured.peak_mb)


def _part(notes: int, share: float) -> int:
    return max(1, round(notes * share))


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--rounds", type=positive, default=5, help="turns of each system (default: %(default)s)")
    parser.add_argument("--notes", type=positive, default=200, help="notes in a row a round (default: %(default)s)")
    parser.add_argument(
        "--paced", type=positive, default=40, help="notes after silences, a round (default: %(default)s)"
    )


def main(flags: argparse.Namespace) -> int:
    """Compare; 0 where all systems were measured, else 3."""
    return Comparison(SYSTEMS, notify).run(Length(flags.rounds, flags.notes, flags.paced))


if __name__ == "__main__":
    parser = parser_of("benchmarks.peers.run", "Antiphon beside Notochord, IMPSY and the classic window.")
    add_flags(parser)
    sys.exit(run_command(parser, main))
