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

from benchmarks.peers.environments import IMPSY, NOTOCHORD
from benchmarks.peers.process import Rival, System
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
    """How many rounds, and how many notes a round: in a row, and after silences."""

    rounds: int
    notes: int
    paced: int


class Contest:
    """The systems that started, and why the others did not; `say` takes one line."""

    def __init__(self, systems: Sequence[System], say: Callable[[str], None]) -> None:
        self._systems = systems
        self._say = say
        self._rivals: dict[System, Rival] = {}
        self._failures: dict[System, str] = {}

    def run(self, length: Length) -> int:
        """Start every system, let them take turns, print the tables; 0 where all of them were measured, else 3."""
        try:
            for system in self._systems:
                self._start(system)
            self._take_turns(length)
        finally:
            for rival in self._rivals.values():
                rival.close()
        self._report()
        return 3 if self._failures else 0

    def _start(self, system: System) -> None:
        try:
            self._rivals[system] = Rival(system, self._say)
            self._say(f"ready: {self._rivals[system].name}")
        except MachineError as error:
            self._failures[system] = str(error)
            self._say(f"left out: {system.label}: {error}")

    def _take_turns(self, length: Length) -> None:
        chance = random.Random(0)  # noqa: S311  # silences, no secrets
        for number in range(1, length.rounds + 1):
            self._say(f"round {number} of {length.rounds}")
            silences = [chance.uniform(*SILENCE_S) for _ in range(length.paced)]
            for system in self._rivals:
                if system not in self._failures:
                    self._turn(system, length.notes, silences)

    def _turn(self, system: System, notes: int, silences: Sequence[float]) -> None:
        rival = self._rivals[system]
        try:
            rival.measured.tight += rival.decide([0.0] * _part(notes, system.share))
            rival.measured.paced += rival.decide(silences[: _part(len(silences), system.share)])
        except MachineError as error:
            self._failures[system] = str(error)

    def _report(self) -> None:
        load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
        versions = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}{load}"
        self._say(f"\n{date.today()}, {versions}")
        for title, kind in (("one note after another", "tight"), ("after 20 to 200 ms of silence", "paced")):
            self._say("")
            for line in lines(title, [self._row(system, kind) for system in self._systems]):
                self._say(line)
        self._say("\nWhat was measured, each with one thread in a process of its own:")
        for rival in self._rivals.values():
            self._say(f"- {rival.name}: {rival.what}")

    def _row(self, system: System, kind: str) -> Row:
        if system in self._failures:
            return Row(system.label, failure=self._failures[system])
        rival = self._rivals[system]
        return Row(rival.name, getattr(rival.measured, kind), rival.measured.peak_mb)


def _part(notes: int, share: float) -> int:
    return max(1, round(notes * share))


def main() -> int:
    """Read the flags and run."""
    parser = argparse.ArgumentParser(description="Antiphon beside Notochord, IMPSY and the classic window.")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each system (default: %(default)s)")
    parser.add_argument("--notes", type=int, default=200, help="notes in a row a round (default: %(default)s)")
    parser.add_argument("--paced", type=int, default=40, help="notes after silences a round (default: %(default)s)")
    flags = parser.parse_args()
    length = Length(max(1, flags.rounds), max(1, flags.notes), max(1, flags.paced))
    return Contest(SYSTEMS, lambda line: print(line, flush=True)).run(length)


if __name__ == "__main__":
    sys.exit(main())
