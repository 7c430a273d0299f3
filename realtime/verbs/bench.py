"""`antiphon bench`: this machine with this model, in figures one can compare."""

import argparse
import os

from exported.model_store import find_model

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


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError: there is no such model.
        MachineError: a process does not start.
    """
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
