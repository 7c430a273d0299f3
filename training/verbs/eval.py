"""`antiphon eval`: nats a note of a model on music that it has not seen, beside counting."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exported.card import IMITATE, SOUND, Card, check_graph, read_card
from exported.model_store import find_model
from midi.errors import InputError
from training.verbs.numbers import number_from

if TYPE_CHECKING:  # the verb is light until it runs
    from training.held_out import HeldOut

EPILOG = """\
examples:
  antiphon eval default                       how well it predicts held-out music: a sample, about a minute
  antiphon eval default --all                 all of that music, as on the model's page
  antiphon eval mine --data ~/midi            of a model of your own, with the folder that it learned from
  antiphon eval default --json figures.json   the figures for a program too

The first time, the music is read, which takes minutes. How every figure is computed: docs/quality.md.
"""

SAMPLE = 20_000
"""Held-out notes in a sample, about."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `eval`."""
    add_model_arguments(parser)
    parser.add_argument("--all", action="store_true", help=f"all held-out pieces, not a sample of {SAMPLE:,} notes")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model, its music, and where the figures go."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a model's name, or its folder")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the folder it learned from (default: the corpus that its card names)"
    )
    parser.add_argument(
        "--split",
        choices=("test", "valid"),
        default="test",
        help="the held-out pieces: those that nothing was chosen by, or those it was chosen by (default: %(default)s)",
    )
    parser.add_argument(
        "--imitate", type=_share, default=IMITATE, metavar="0-1", help="the weight of imitation (default: %(default)g)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    folder, card = measurable(arguments)
    from training.held_out import held_out_music

    music = held_out_music(card, arguments.data, arguments.split)
    if not arguments.all:
        music = music.sampled(SAMPLE)
    from training.page import likeliest_line, table

    print("\n".join(music.lines(card)), flush=True)
    card = replace(card, held_out=_figures(folder, card, music, arguments.imitate))
    print("\nnats a note, lower is better:\n")
    print("\n".join(table(card)))
    print(f"\n{likeliest_line(card)}")
    if arguments.json is not None:
        write_json(arguments.json, {"model": card.name, "graph_sha256": card.graph_sha256, **card.held_out})
    return 0


def _figures(folder: Path, card: Card, music: "HeldOut", imitate: float) -> dict[str, Any]:
    """The model, without and with imitation, and counting: as a card's `held_out`."""
    from exported.imitation import Imitation
    from training.baselines import baselines
    from training.encoding import tokens
    from training.evaluate import evaluate
    from training.facts import held_out_facts
    from training.stepper import Stepper

    stepper = Stepper.of(folder, card)
    learned, judged = ([tokens(work, stepper.inputs) for work in works] for works in (music.learned, music.works))
    figures = evaluate(stepper, judged, abreast=1)
    imitating = evaluate(stepper, judged, imitate, Imitation.of(card.imitation, card.fields), abreast=1)
    counted = baselines(learned, judged, card.fields)
    return held_out_facts(figures, imitating, counted, music.part, len(judged), imitate)


def measurable(arguments: argparse.Namespace) -> tuple[Path, Card]:
    """The folder and the card of the model that is asked for; refuses what cannot be done before minutes are spent.

    Raises:
        InputError: there is no such model, or it has no events; or the figures have no folder.
        ModelError: its folder is damaged.
    """
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
    path = arguments.json
    if path is not None and not path.parent.is_dir():
        raise InputError(f"--json {path}: {path.parent} is not a folder; make it first")
    return folder, card


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write the figures, and tell where they are.

    Raises:
        InputError: they cannot be written.
    """
    try:
        path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    print(f"\nthe figures: {path}")


def _share(text: str) -> float:
    return number_from(text, 1.0)
