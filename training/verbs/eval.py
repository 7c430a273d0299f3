"""`antiphon eval`: what a model is worth on music it has not seen, and what it plays."""

import argparse
import json
import warnings
from pathlib import Path
from typing import Any

from exported.card import IMITATE, SOUND, check_graph, read_card
from exported.shelf import find_model
from midi.errors import InputError
from training.plan import seconds_of

EPILOG = """\
examples:
  antiphon eval default                       how well it foretells held-out music, and how it plays (minutes)
  antiphon eval default --quick               the same, roughly, of a sample
  antiphon eval mine --data ~/midi            of a model of your own, with the folder that it learned from
  antiphon eval default --json figures.json   the figures for a program too
  antiphon eval --piano-rolls JSB_Chorales.mat   learn and score a piano-roll benchmark of the literature

What every figure means, and how it is computed: docs/quality.md.
"""

RUNS, NOTES = 100, 500
TEMPERATURE = 0.9
"""As the daemon plays, unless told otherwise."""
QUICK_RUNS, QUICK_NOTES = 20, 300
QUICK_SAMPLE = 6_000
"""Notes to foretell, about, where a rough figure will do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `eval`."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a model's name, or its folder")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the folder it learned from (default: the corpus that its card names)"
    )
    parser.add_argument(
        "--split",
        choices=("test", "valid"),
        help="the held-out pieces: those that nothing was chosen by, or those it was chosen by (default: test)",
    )
    parser.add_argument("--imitate", type=_share, metavar="0-1", help=f"the weight of imitation (default: {IMITATE:g})")
    parser.add_argument(
        "--temperature", type=_temperature, default=TEMPERATURE, metavar="T", help="how it plays (default: %(default)s)"
    )
    parser.add_argument(
        "--runs", type=_positive, metavar="N", help=f"solo runs, and phrases to answer (default: {RUNS})"
    )
    parser.add_argument("--notes", type=_positive, metavar="N", help=f"notes in a solo run (default: {NOTES})")
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"rough figures: a sample of {QUICK_SAMPLE:,} notes, {QUICK_RUNS} runs of {QUICK_NOTES}",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    rolls = parser.add_argument_group(
        "piano-rolls", "The sets of Boulanger-Lewandowski, Bengio and Vincent (2012), which others have published on."
    )
    rolls.add_argument(
        "--piano-rolls",
        type=Path,
        metavar="FILE",
        help="a .mat file of them, to learn and to score instead; MODEL, if given, is a model.onnx that this made",
    )
    rolls.add_argument(
        "--epochs", type=_positive, metavar="N", help="learn for so many passes (default: as chosen for it)"
    )
    rolls.add_argument("--time", metavar="TIME", help="learn for so long at the most: 20m, 90s, 2h")
    rolls.add_argument("--layers", type=_positive, metavar="N", help="LSTM layers (default: as chosen for the set)")
    rolls.add_argument("--units", type=_positive, metavar="N", help="units in each (default: as chosen for the set)")
    rolls.add_argument("--seed", type=int, metavar="N", help="random seed (default: as chosen for the set)")
    rolls.add_argument("--fresh", action="store_true", help="learn it anew")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    if arguments.piano_rolls is not None:
        return _piano_rolls(arguments)
    if arguments.model is None:
        raise InputError("give a model to measure: antiphon eval default; antiphon models lists them")
    folder = find_model(arguments.model)
    card = read_card(folder)
    check_graph(folder, card)
    if SOUND in card.vocabulary:
        raise InputError(
            f"{card.name} speaks in names of notes and chords: its figures stand on its page, {folder / 'MODEL.md'}; "
            "antiphon eval measures models of events"
        )
    _check_writable(arguments.json)
    from training.judging.music import judged
    from training.judging.report import Report, Wanted
    from training.stepper import Stepper

    music = judged(card, arguments.data, arguments.split or "test")
    quick = arguments.quick
    wanted = Wanted(
        IMITATE if arguments.imitate is None else arguments.imitate,
        arguments.temperature,
        arguments.runs or (QUICK_RUNS if quick else RUNS),
        arguments.notes or (QUICK_NOTES if quick else NOTES),
    )
    report = Report(card, Stepper.of(folder, card), music.sampled(QUICK_SAMPLE) if quick else music, wanted)
    report.run()
    if arguments.json is not None:
        _write(arguments.json, report.found)
    return 0


def _piano_rolls(arguments: argparse.Namespace) -> int:
    from training.rolls import report
    from training.rolls.data import SPLITS

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what TensorFlow thinks of its own insides
        return report.run(
            arguments.piano_rolls,
            model=None if arguments.model is None else Path(arguments.model),
            epochs=arguments.epochs,
            seconds=None if arguments.time is None else seconds_of(arguments.time),
            layers=arguments.layers,
            units=arguments.units,
            seed=arguments.seed,
            imitate=arguments.imitate,
            fresh=arguments.fresh,
            splits=SPLITS if arguments.split is None else (arguments.split,),
        )


def _check_writable(path: Path | None) -> None:
    """Before minutes are spent."""
    if path is not None and not path.parent.is_dir():
        raise InputError(f"--json {path}: {path.parent} is not a folder; make it first")


def _write(path: Path, found: dict[str, Any]) -> None:
    try:
        path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    print(f"\nthe figures: {path}")


def _share(text: str) -> float:
    return _number(text, 1.0)


def _temperature(text: str) -> float:
    return _number(text, 3.0)


def _number(text: str, most: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {most:g}")
    return number


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return number
