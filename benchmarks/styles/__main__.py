"""`python -m benchmarks.styles`: a model of styles, all its bars in one table."""

import argparse
import sys
from pathlib import Path

from benchmarks.command import parser_of, positive, run_command
from benchmarks.styles.bars import SOLO_NOTES
from training.verbs.eval import add_model_arguments, add_output_arguments, check_json, measurable, write_json

EPILOG = """\
examples:
  python -m benchmarks.styles styles --tables ~/tables --performances ~/evaluation    every bar, of samples
  python -m benchmarks.styles styles --tables ~/tables --only predictions playing      some of them
  python -m benchmarks.styles drummer --tables ~/tables --all                          the drummer, on all test pieces

The phrases that people play have bars of their own: python -m benchmarks.players --model styles.
"""

PREDICTIONS, TOUCH, PLAYING, APART = SECTIONS = ("predictions", "touch", "playing", "apart")
RUNS, PHRASES = 100, 120


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_model_arguments(parser)
    parser.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="the note tables it learned from")
    parser.add_argument(
        "--performances", type=Path, metavar="FOLDER", help="the folder of ASAP-120, which only measures touch"
    )
    parser.add_argument("--all", action="store_true", help="all held-out pieces, not a sample of each style")
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, default=SECTIONS, help="the sections to measure (default: all)"
    )
    parser.add_argument(
        "--runs",
        type=positive,
        default=RUNS,
        metavar="N",
        help=f"solo runs of {SOLO_NOTES} notes a style (default: {RUNS})",
    )
    parser.add_argument(
        "--phrases",
        type=positive,
        default=PHRASES,
        metavar="N",
        help="phrases a style whose answers are judged (default: %(default)s)",
    )
    add_output_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 1 where a bar is missed that must be met.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    folder, card = measurable(arguments)
    check_json(arguments.json)
    from benchmarks.styles.bars import table
    from benchmarks.styles.report import Report

    report = Report(folder, card, arguments)
    bars = list(report.bars())
    print("", *table(bars), sep="\n")
    if arguments.json is not None:
        write_json(arguments.json, report.figures | {"bars": [bar.as_json() for bar in bars]})
    return int(any(not bar.reaches(bar.must) for bar in bars))


if __name__ == "__main__":
    parser = parser_of("benchmarks.styles", "A model of styles, held against its bars.", EPILOG)
    add_flags(parser)
    sys.exit(run_command(parser, run))
