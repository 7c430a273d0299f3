"""The command line of a benchmark: flags in, lines and an exit code out, a mistake told in one line on stderr."""

import argparse
import os
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from antiphon.cli import Parser
from exported.model_store import find_model
from midi.errors import INTERRUPTED, AntiphonError, InputError
from training.verbs.numbers import number_from

positive = partial(number_from, least=1, kind=int)
"""A flag's whole number of 1 or more."""


def parser_of(module: str, description: str, epilog: str = "") -> Parser:
    """A parser for `python -m MODULE`."""
    return Parser(prog=f"python -m {module}", description=description, epilog=epilog)


def add_model_flag(parser: argparse.ArgumentParser) -> None:
    """Declare `--model`; `model_folder` reads it."""
    parser.add_argument(
        "--model", default="default", metavar="NAME", help="a model's name, or its folder (default: default)"
    )


def model_folder(arguments: argparse.Namespace) -> Path:
    """The folder of `--model`.

    Raises:
        InputError: there is no such model.
    """
    return find_model(arguments.model)


def add_period_flag(parser: argparse.ArgumentParser) -> None:
    """Declare `--period`, of the JACK server that the benchmark starts."""
    parser.add_argument(
        "--period", type=int, default=128, metavar="N", help="frames a JACK period, at 48 kHz (default: %(default)s)"
    )


def check_period(arguments: argparse.Namespace) -> None:
    """Refuse a period that JACK does not take.

    Raises:
        InputError: it is out of range.
    """
    check_range("--period", arguments.period, 16, 4096)


def add_live_flags(parser: argparse.ArgumentParser, lasting: str) -> None:
    """Declare `--model`, `--period` and `--seconds`, of a benchmark that plays through real ports."""
    add_model_flag(parser)
    add_period_flag(parser)
    parser.add_argument("--seconds", type=float, default=60.0, metavar="S", help=f"{lasting} (default: %(default)g)")


def check_live_flags(arguments: argparse.Namespace) -> None:
    """Refuse a period that JACK does not take, and a time that nobody waits for.

    Raises:
        InputError: one is out of range.
    """
    check_period(arguments)
    check_range("--seconds", arguments.seconds, 1, 86_400)


def check_range(flag: str, value: float, low: float, high: float) -> None:
    """Refuse a flag's number outside a range.

    Raises:
        InputError: it is outside.
    """
    if not low <= value <= high:
        raise InputError(f"{flag} {value:g} is out of range: {low:g} to {high:g}")


def notify(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def run_command(parser: Parser, run: Callable[[argparse.Namespace], int]) -> int:
    """Read the flags and run; the exit code. numpy, if `run` imports it, has one thread, as in the engine's process."""
    arguments = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        return run(arguments)
    except AntiphonError as error:
        print(f"antiphon: {error}", file=sys.stderr, flush=True)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
