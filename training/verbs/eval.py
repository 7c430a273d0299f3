"""`antiphon eval`: nats a note of a model on music that it has not seen, beside counting."""

import argparse
from dataclasses import replace
from functools import partial
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

The first time, the music is read, which takes minutes. How every figure is computed: docs/quality.md.
"""

SAMPLE = 20_000
"""Held-out notes in a sample, about."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `eval`."""
    add_model_arguments(parser)
    parser.add_argument("--all", action="store_true", help=f"all held-out pieces, not a sample of {SAMPLE:,} notes")


def add_model_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the model and its music."""
    parser.add_argument("model", nargs="?", metavar="MODEL", help="a model's name, or its folder")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="the folder it learned from (default: the corpus that its card names)"
    )
    parser.add_argument(
        "--imitate",
        type=partial(number_from, most=1.0),
        default=IMITATE,
        metavar="0-1",
        help="the weight of imitation (default: %(default)g)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Measure and print; 0.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    folder, card = measurable(arguments)
    from training.held_out import held_out_music
    from training.page import likeliest_line, table
    from training.split import TEST

    music = held_out_music(card, arguments.data, TEST)
    if not arguments.all:
        music = music.sampled(SAMPLE)
    print("\n".join(music.lines(card)), flush=True)
    card = replace(card, held_out=_measured(folder, card, music, arguments.imitate))
    print("\nnats a note, lower is better:\n")
    print("\n".join(table(card)))
    print(f"\n{likeliest_line(card)}")
    return 0


def _measured(folder: Path, card: Card, music: "HeldOut", imitate: float) -> dict[str, Any]:
    from training.baselines import baselines
    from training.encoding import tokens
    from training.facts import measured
    from training.stepper import Stepper

    stepper = Stepper.of(folder, card)
    learned, judged = ([tokens(work, stepper.inputs) for work in works] for works in (music.learned, music.works))
    counted = baselines(learned, judged, card.fields)
    return measured(stepper, card, judged, music.part, counted, imitate, abreast=1)


def measurable(arguments: argparse.Namespace) -> tuple[Path, Card]:
    """The folder and the card of the model that is asked for; refuses what cannot be done before minutes are spent.

    Raises:
        InputError: there is no such model, or it has no events.
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
    return folder, card
