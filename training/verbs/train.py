"""`antiphon train`: a folder of music, or a named corpus, to a model folder."""

import argparse
import hashlib
import os
import shlex
import shutil
import sys
import warnings
from collections.abc import Callable
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from exported.model_store import check_name, models_home
from midi.errors import INTERRUPTED, InputError
from midi.tokens import STYLE, STYLES
from training.base_model import BaseModel, find_base_model
from training.plan import CLASSIC, EPOCHS, REPLAY_SHARE, STYLED_STREAMS, Plan, seconds_of, tuning
from training.verbs.numbers import number_from

EPILOG = """\
examples:
  antiphon train ~/midi --name mine                 learn from your own files; then: antiphon jam --model mine
  antiphon train ~/midi --name mine --time 20m      the best that can be learned in twenty minutes
  antiphon train ~/midi --from default --name mine  with a handful of files: go on from what default knows
  antiphon train --corpus default --name tunes      learn from the chorales and folk tunes that come with music21
  antiphon train ~/midi --preset classic --name old the tutorials' network on the names of notes and chords

Ctrl-C saves; the same command goes on from there, and with a longer --time from where it ended.
It learns on the CPU; CUDA_VISIBLE_DEVICES=0 in the environment lets TensorFlow use a GPU.
"""

PRESETS = {"events": Plan(), "classic": CLASSIC}
"""Plans by name: events in time; or, as the tutorials do, names of notes and chords."""
USUAL = PRESETS["events"]


_positive = partial(number_from, least=1, kind=int)
_natural = partial(number_from, kind=int)
_share = partial(number_from, most=0.9)


def _number(kind: Callable[[str], float], meaning: str, **options: Any) -> dict[str, Any]:
    return {"type": kind, "metavar": "0-0.9" if kind is _share else "N", "help": meaning, **options}


FLAGS: dict[str, dict[str, Any]] = {
    "--corpus": {
        "metavar": "NAME",
        "help": "learn from a named corpus: default (music21's public-domain part)",
    },
    "--from": {
        "dest": "base",
        "metavar": "MODEL",
        "help": "go on from a model, by its name or folder, rather than from nothing (default time: 5m)",
    },
    "--name": {"required": True, "help": "the model's name; it will lie in OUT/NAME"},
    "--preset": {
        "choices": PRESETS,
        "help": "classic: names of notes and chords in a row, all half a beat long, by an LSTM of "
        f"{CLASSIC.layers} x {CLASSIC.units}, {CLASSIC.epochs} passes, batches of {CLASSIC.streams} x {CLASSIC.chunk} "
        "(default: events in time)",
    },
    "--out": {"type": Path, "metavar": "OUT", "help": "where model folders lie (default: %(default)s)"},
    "--time": {"metavar": "TIME", "help": "learn for so long: 20m, 90s, 2h (reading and measuring come on top)"},
    "--epochs": _number(_positive, f"learn for so many passes through the music (default: {EPOCHS})"),
    "--layers": _number(_positive, f"LSTM layers (default: {USUAL.layers}, or as --from has)"),
    "--units": _number(_positive, f"units in each (default: {USUAL.units}, or as --from has)"),
    "--width": _number(_positive, f"units in each head's hidden layer (default: {USUAL.width}, or as --from has)"),
    "--dropout": _number(
        _share, "share of each layer's outputs that is left out while learning (default: 0.1, of little music 0.3)"
    ),
    "--weight-drop": _number(
        _share,
        "share of each layer's recurrent weights that is left out while learning (default: %(default)g)",
        default=USUAL.weight_drop,
    ),
    "--batch": _number(
        _positive,
        f"pieces side by side (default: {USUAL.streams}; from a model of styles {STYLED_STREAMS})",
        dest="streams",
    ),
    "--rehearse": _number(
        _share,
        "with --from: the share of each batch that repeats what the model learned from, if that was the default "
        f"corpus, lest it be forgotten; 0 spares the reading of that (default: {REPLAY_SHARE})",
    ),
    "--tables": {
        "type": Path,
        "metavar": "FOLDER",
        "help": "with --from a model of styles: the note tables that it learned from, to rehearse them",
    },
    "--style": {
        "choices": STYLES[:-1],
        "metavar": "STYLE",
        "help": f"with --from a model of styles: the style of your files, one of {', '.join(STYLES[:-1])} "
        "(default: unknown)",
    },
    "--seed": _number(_natural, "random seed (default: %(default)s)", default=USUAL.seed),
    "--threads": _number(
        _positive, "threads to learn with (default: one a core); another number, slightly other weights"
    ),
}
"""The flags that decide what a training makes, in the order of the command that makes it again."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this verb's flags."""
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="DIR",
        help="a folder, however nested, of .mid .midi .kar .rmi .mxl .musicxml .xml .abc .krn",
    )
    for flag, options in FLAGS.items():
        parser.add_argument(flag, **options)
    parser.add_argument(
        "--fresh", action="store_true", help="begin anew, rather than where a training of this name stopped"
    )
    parser.set_defaults(out=models_home())


def run(arguments: argparse.Namespace) -> int:
    """Train, export and measure; 0, or 130 if it was interrupted (and saved).

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    from training import heavy
    from training.interruption import terminable

    _check(arguments)
    destination: Path = arguments.out / check_name(arguments.name)
    _check_destination(destination)
    base = None if arguments.base is None else find_base_model(arguments.base, destination, vars(arguments))
    _check_style(arguments.style, base)
    plan = _plan(arguments, base)
    heavy.check()
    try:
        with terminable(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what TensorFlow and music21 think of their own insides
            return _train(arguments, plan, destination, base)
    except KeyboardInterrupt:
        print("\ninterrupted; what was read is kept. The same command goes on from there.", file=sys.stderr)
        return INTERRUPTED


def _check(arguments: argparse.Namespace) -> None:
    """Check that the flags go together."""
    if (arguments.folder is None) == (arguments.corpus is None):
        raise InputError("give either a folder of music or --corpus default")
    if arguments.rehearse is not None and arguments.base is None:
        raise InputError("--rehearse is for a training that begins from a model: add --from, or leave it out")
    if arguments.tables is not None and arguments.base is None:
        raise InputError("--tables is for a training that begins from a model of styles: add --from, or leave it out")
    if arguments.preset is not None and arguments.base is not None:
        raise InputError("--preset is for a training that begins from nothing: give it or --from, not both")


def _check_style(style: str | None, base: BaseModel | None) -> None:
    """Check that a style goes to a model that knows styles."""
    if style is not None and base is None:
        raise InputError(f"--style {style}: only a model of styles has any: add --from, or leave it out")
    if style is not None and base is not None and STYLE not in base.card.context_fields:
        raise InputError(f"--style {style}: {base.card.name} knows no styles: leave it out")


def _plan(arguments: argparse.Namespace, base: BaseModel | None) -> Plan:
    """Make the plan that the flags ask for; a base model's sizes are its own."""
    asked = {setting.name: getattr(arguments, setting.name, None) for setting in fields(Plan)}
    asked |= base.sizes if base else {}
    if arguments.time is not None:
        asked["seconds"] = seconds_of(arguments.time)
    usual = PRESETS[arguments.preset or "events"]
    if base and STYLE in base.card.context_fields:
        usual = replace(usual, streams=STYLED_STREAMS)
    plan = replace(usual, **{name: value for name, value in asked.items() if value is not None})
    return tuning(plan) if base else plan


def _train(arguments: argparse.Namespace, plan: Plan, destination: Path, base: BaseModel | None) -> int:
    from training import heavy
    from training.corpus import read_folder, read_named
    from training.held_out import replay_corpus

    corpus = read_named(arguments.corpus) if arguments.folder is None else read_folder(Path(arguments.folder))
    print(
        f"{corpus.name}: {len(corpus.works):,} works, {corpus.notes:,} notes; skipped {len(corpus.skipped):,}",
        flush=True,
    )
    share = REPLAY_SHARE if arguments.rehearse is None else arguments.rehearse
    known = replay_corpus(base.card, arguments.tables) if base and share else None
    heavy.load(arguments.threads)
    from training.classic.training_run import ClassicTrainingRun
    from training.training_run import TrainingRun

    work = checkpoint_folder(destination)
    if arguments.fresh:
        shutil.rmtree(work, ignore_errors=True)
    maker = ClassicTrainingRun if arguments.preset == "classic" else TrainingRun
    training_run = maker(corpus, plan, work, command_of(arguments), base, known, share, arguments.style or "")
    fitted = training_run.fit()
    if not fitted.finished:
        minutes = f"{fitted.history.seconds / 60:.1f} minutes"
        print(f"\ninterrupted and saved after {minutes}. To go on: {command_of(arguments)}", file=sys.stderr)
        return INTERRUPTED
    card = training_run.export(fitted, destination)
    training_run.report(card, destination)
    return 0


def checkpoint_folder(destination: Path) -> Path:
    """The folder in the cache where a training for this place keeps its checkpoint."""
    from training import cache

    digest = hashlib.sha256(os.fsencode(destination.resolve())).hexdigest()[:8]
    return cache.home() / "trainings" / f"{destination.name}-{digest}"


def command_of(arguments: argparse.Namespace) -> str:
    """The command that makes this model, flags at their defaults left out."""
    words = ["antiphon", "train", *filter(None, [arguments.folder])]
    for flag, options in FLAGS.items():
        value = getattr(arguments, options.get("dest", flag.removeprefix("--").replace("-", "_")))
        if value != (models_home() if flag == "--out" else options.get("default")):
            words += [flag, str(value)]
    return shlex.join(words)


def _check_destination(destination: Path) -> None:
    """Check that nothing but an older model would be replaced, and that its folder can be written."""
    from exported.card import CARD

    if destination.exists() and not (destination / CARD).is_file():
        raise InputError(f"{destination} exists and is not a model: choose another --name or --out")
    there = next(parent for parent in destination.absolute().parents if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InputError(f"cannot write {destination}: {there} is not a folder that you may write to")
