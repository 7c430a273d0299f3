"""`antiphon bench`: this machine with this model, in figures one can compare."""

import argparse
import os

from exported.model_store import find_model
from midi.errors import InputError

MOVED = {"live": "bench-live", "players": "bench-players", "soak": "soak", "voices": "bench-voices"}
"""Benchmarks for a checkout, and the make target of each."""
EPILOG = """\
examples:
  antiphon bench                     the default model; about a minute
  antiphon bench --model mine        another one

Times on a shared machine wander: compare the ratio to the floor, and the worst as well as the median.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `bench`."""
    parser.add_argument(
        "--model", default="default", metavar="NAME", help="a model's name, or its folder (default: default)"
    )
    parser.add_argument(
        "--notes", type=int, default=2000, metavar="N", help="notes decided in a row (default: %(default)s)"
    )
    parser.add_argument(
        "--paced", type=int, default=200, metavar="N", help="notes decided at musical pace (default: %(default)s)"
    )
    parser.add_argument(
        "--idle", type=float, default=5.0, metavar="S", help="seconds of idling watched (default: %(default)s)"
    )
    parser.add_argument("moved", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError: there is no such model, or a benchmark is asked for that a checkout has.
        MachineError: a process does not start.
    """
    if arguments.moved:
        raise InputError(_elsewhere(arguments.moved))
    folder = find_model(arguments.model)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy, as in the engine's process
    from realtime.bench.decisions import decision_lines
    from realtime.bench.footprint import idle_lines

    for line in decision_lines(folder, max(1, arguments.notes), max(1, arguments.paced)):
        print(line, flush=True)
    print()
    for line in idle_lines(folder, max(0.1, arguments.idle)):
        print(line, flush=True)
    return 0


def _elsewhere(words: list[str]) -> str:
    """The line for a benchmark that is none of this verb."""
    name, *flags = words
    if name not in MOVED:
        return f"bench takes no {name!r} (see antiphon bench --help)"
    asked = f' ARGS="{" ".join(flags)}"' if flags else ""
    return f"bench {name} is not installed: it measures a checkout. There: make {MOVED[name]}{asked}"
