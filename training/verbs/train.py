"""`antiphon train`: a folder of music, or a named corpus, to a model folder."""

import argparse
import hashlib
import os
import shlex
import shutil
import sys
import warnings
from pathlib import Path

from exported.shelf import check_name
from midi.errors import InputError
from training.plan import Plan, seconds_of

EPILOG = """\
examples:
  antiphon train ~/midi --name mine                 your own files; then: antiphon jam --model mine
  antiphon train ~/midi --name mine --time 20m      the best that can be learned in that time
  antiphon train --corpus default --name default    music21's public-domain tunes and chorales, as shipped

Ctrl-C saves; the same command goes on where it stopped. Pieces held out choose the best state, which is exported.
"""

EPILOG = """\
examples:
  antiphon train ~/midi --name mine             learn from your own files; then: antiphon jam --model mine
  antiphon train ~/midi --name mine --time 20m  the best that can be learned in twenty minutes
  antiphon train --corpus default --name tunes  learn from the chorales and folk tunes that come with music21

Ctrl-C saves; the same command goes on from there, and with a longer --time from where it ended.
It learns on the CPU; CUDA_VISIBLE_DEVICES=0 in the environment lets TensorFlow use a GPU.
"""

INTERRUPTED = 130
"""The exit code of a shell's command that was ended by Ctrl-C."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this verb's flags."""
    plan = Plan()
    parser.add_argument(
        "folder", nargs="?", metavar="DIR", help="a folder, however nested, of .mid .midi .mxl .musicxml .xml .abc .krn"
    )
    parser.add_argument(
        "--corpus", metavar="NAME", help="learn from a named corpus instead: default (music21's public-domain part)"
    )
    parser.add_argument("--name", required=True, help="the model's name; it will lie in OUT/NAME")
    parser.add_argument(
        "--out", type=Path, default=Path("exported"), help="where model folders lie (default: ./exported)"
    )
    parser.add_argument(
        "--time", metavar="TIME", help="learn for so long: 20m, 90s, 2h (reading and measuring come on top)"
    )
    parser.add_argument(
        "--epochs", type=_positive, metavar="N", help="learn for so many passes through the music (default: 40)"
    )
    parser.add_argument(
        "--layers", type=_positive, default=plan.layers, metavar="N", help=f"LSTM layers (default: {plan.layers})"
    )
    parser.add_argument(
        "--units", type=_positive, default=plan.units, metavar="N", help=f"units in each (default: {plan.units})"
    )
    parser.add_argument(
        "--batch",
        type=_positive,
        default=plan.streams,
        metavar="N",
        help=f"pieces side by side (default: {plan.streams})",
    )
    parser.add_argument(
        "--seed", type=_natural, default=plan.seed, metavar="N", help=f"random seed (default: {plan.seed})"
    )
    parser.add_argument(
        "--fresh", action="store_true", help="begin anew, rather than where a training of this name stopped"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, export and measure; 0, or 130 if it was interrupted (and saved).

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    from training import heavy
    from training.interruption import terminable

    if (arguments.folder is None) == (arguments.corpus is None):
        raise InputError("give either a folder of music or --corpus default")
    place: Path = arguments.out / check_name(arguments.name)
    _check_place(place)
    plan = Plan(
        layers=arguments.layers,
        units=arguments.units,
        streams=arguments.batch,
        seed=arguments.seed,
        epochs=arguments.epochs,
        seconds=None if arguments.time is None else seconds_of(arguments.time),
    )
    heavy.check()
    try:
        with terminable(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what TensorFlow and music21 think of their own insides
            return _train(arguments, plan, place)
    except KeyboardInterrupt:
        print("\ninterrupted; what was read is kept. The same command goes on from there.", file=sys.stderr)
        return INTERRUPTED


def _train(arguments: argparse.Namespace, plan: Plan, place: Path) -> int:
    from training import heavy
    from training.corpus import read_folder, read_named

    corpus = read_named(arguments.corpus) if arguments.folder is None else read_folder(Path(arguments.folder))
    print(
        f"{corpus.name}: {len(corpus.works):,} works, {corpus.notes:,} notes; skipped {len(corpus.skipped):,}",
        flush=True,
    )
    heavy.load()
    from training.making import Making

    work = workbench(place)
    if arguments.fresh:
        shutil.rmtree(work, ignore_errors=True)
    making = Making(corpus, plan, work, command_of(arguments))
    fitted = making.fit()
    if not fitted.finished:
        print(
            f"\ninterrupted and saved after {fitted.seconds / 60:.1f} minutes. To go on: {command_of(arguments)}",
            file=sys.stderr,
        )
        return INTERRUPTED
    card = making.export(fitted, place)
    making.report(card, place)
    return 0


def workbench(place: Path) -> Path:
    """The folder in the cache where a training for this place keeps its checkpoint."""
    from training import cache

    digest = hashlib.sha256(os.fsencode(place.resolve())).hexdigest()[:8]
    return cache.home() / "trainings" / f"{place.name}-{digest}"


def command_of(arguments: argparse.Namespace) -> str:
    """The command that makes this model, flags at their defaults left out."""
    plan = Plan()
    words = ["antiphon", "train"]
    words += [arguments.folder] if arguments.folder is not None else ["--corpus", arguments.corpus]
    words += ["--name", arguments.name]
    told = {
        "--out": (arguments.out, Path("exported")),
        "--time": (arguments.time, None),
        "--epochs": (arguments.epochs, None),
        "--layers": (arguments.layers, plan.layers),
        "--units": (arguments.units, plan.units),
        "--batch": (arguments.batch, plan.streams),
        "--seed": (arguments.seed, plan.seed),
    }
    for flag, (value, usual) in told.items():
        if value != usual:
            words += [flag, str(value)]
    return shlex.join(words)


def _check_place(place: Path) -> None:
    """What stands where the model shall lie may only be an older model, and it must be possible to write there."""
    from exported.card import CARD

    if place.exists() and not (place / CARD).is_file():
        raise InputError(f"{place} exists and is not a model: choose another --name or --out")
    there = next(parent for parent in place.absolute().parents if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"cannot write {place}: {there} is not a folder that you may write to")


def _positive(text: str) -> int:
    return _at_least(1, text)


def _natural(text: str) -> int:
    return _at_least(0, text)


def _at_least(least: int, text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if number < least:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of {least} or more")
    return number
