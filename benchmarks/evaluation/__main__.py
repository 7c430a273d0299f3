"""`python -m benchmarks.evaluation`: a model on music that it has not seen, and its playing, beside counting."""

import argparse
import sys

from benchmarks.command import parser_of, positive, run_command
from training.verbs.eval import add_model_arguments, add_output_arguments, check_json, measurable, write_json
from training.verbs.numbers import number_from

EPILOG = """\
examples:
  python -m benchmarks.evaluation default                       predictions, solos, answers (minutes)
  python -m benchmarks.evaluation default --quick               the same, roughly, of a sample
  python -m benchmarks.evaluation mine --data ~/midi            a model of yours, with the folder it learned from
"""

RUNS, NOTES = 100, 500
TEMPERATURE = 0.9
"""As the daemon plays, unless set otherwise."""
QUICK_RUNS, QUICK_NOTES = 20, 300
QUICK_SAMPLE = 6_000
"""Notes to predict, about, where a rough figure will do."""


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    add_model_arguments(parser)
    add_output_arguments(parser)
    parser.add_argument(
        "--temperature", type=_temperature, default=TEMPERATURE, metavar="T", help="how it plays (default: %(default)s)"
    )
    parser.add_argument(
        "--runs", type=positive, metavar="N", help=f"solo runs, and phrases to answer (default: {RUNS})"
    )
    parser.add_argument("--notes", type=positive, metavar="N", help=f"notes in a solo run (default: {NOTES})")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"rough figures: a sample of {QUICK_SAMPLE:,} notes, {QUICK_RUNS} runs of {QUICK_NOTES}",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    folder, card = measurable(arguments)
    check_json(arguments.json)
    from benchmarks.evaluation.report import Report, Wanted
    from training.held_out import held_out_music
    from training.stepper import Stepper

    music = held_out_music(card, arguments.data, arguments.split)
    runs, notes = (QUICK_RUNS, QUICK_NOTES) if arguments.quick else (RUNS, NOTES)
    wanted = Wanted(arguments.imitate, arguments.temperature, arguments.runs or runs, arguments.notes or notes)
    if arguments.quick:
        music = music.sampled(QUICK_SAMPLE)
    report = Report(card, Stepper.of(folder, card), music, wanted)
    report.run()
    if arguments.json is not None:
        write_json(arguments.json, report.figures)
    return 0


def _temperature(text: str) -> float:
    return number_from(text, 3.0)


if __name__ == "__main__":
    parser = parser_of("benchmarks.evaluation", "A model on music that it has not seen, and its playing.", EPILOG)
    add_flags(parser)
    sys.exit(run_command(parser, run))
