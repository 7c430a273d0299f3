"""`python -m benchmarks.live`: a jam through real ports, measured."""

import argparse
import sys

from benchmarks.command import (
    add_live_flags,
    check_live_flags,
    check_range,
    model_folder,
    notify,
    parser_of,
    run_command,
)

DESCRIPTION = """\
Latency, lateness and losses of a jam through real ports, then simulated hours of it. It starts a JACK server of its own
on the dummy driver (apt install jackd2), so it needs Linux. Times on a shared machine wander."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_live_flags(parser, "seconds of each part")
    parser.add_argument(
        "--hours", type=float, default=8.0, metavar="H", help="simulated hours; 0: none (default: %(default)g)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError: a flag is out of range, or there is no such model.
        MachineError: there is no JACK server to be had, or a process does not start.
    """
    check_live_flags(arguments)
    check_range("--hours", arguments.hours, 0, 1000)
    from benchmarks.live.report import live_lines

    for line in live_lines(model_folder(arguments), arguments.period, arguments.seconds, arguments.hours):
        notify(line)
    return 0


if __name__ == "__main__":
    parser = parser_of("benchmarks.live", DESCRIPTION)
    add_flags(parser)
    sys.exit(run_command(parser, run))
