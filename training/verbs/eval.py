"""`antiphon eval`: nats a note of a model on music that it has not seen, beside counting; of each style it knows."""

import argparse
import json
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
  antiphon eval styles --tables ~/tables      of a model of styles, with the folder of its note tables: by style

The first time, the music is read, which takes minutes. How every figure is computed: docs/quality.md.
"""

SAMPLE = 20_000
"""Held-out notes in a sample, about;"""
STYLE_SAMPLE = 4_000
"""and of each style, of a model of styles."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `eval`."""
    add_model_arguments(parser)
    parser.add_argument(
        "--tables", type=Path, metavar="FOLDER", help="the note tables that a model of styles learned from"
    )
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"all held-out pieces, not a sample of {SAMPLE:,} notes, or of {STYLE_SAMPLE:,} a style",
    )
    add_output_arguments(parser)


def add_output_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the part of the split, and where the figures go."""
    parser.add_argument(
        "--split",
        choices=("test", "valid"),
        default="test",
        help="the held-out pieces: those that nothing was chosen by, or those it was chosen by (default: %(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")


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
    check_json(arguments.json)
    from training.style_music import has_styles

    measure = _measure_styles if has_styles(card) else _measure
    card = replace(card, held_out=measure(arguments, folder, card))
    if arguments.json is not None:
        write_json(arguments.json, {"model": card.name, "graph_sha256": card.graph_sha256, **card.held_out})
    return 0


def _measure(arguments: argparse.Namespace, folder: Path, card: Card) -> dict[str, Any]:
    """Measure a model of one corpus, and print."""
    from training.held_out import held_out_music
    from training.page import likeliest_line, table

    music = held_out_music(card, arguments.data, arguments.split)
    if not arguments.all:
        music = music.sampled(SAMPLE)
    print("\n".join(music.lines(card)), flush=True)
    card = replace(card, held_out=_measured(folder, card, music, arguments.imitate))
    print("\nnats a note, lower is better:\n")
    print("\n".join(table(card)))
    print(f"\n{likeliest_line(card)}")
    return card.held_out


def _measure_styles(arguments: argparse.Namespace, folder: Path, card: Card) -> dict[str, Any]:
    """Measure a model of styles, style by style, and print."""
    from training.stepper import Stepper
    from training.style_measures import measured_styles
    from training.style_music import style_music
    from training.style_page import field_table, summary_table

    music = style_music(card, arguments.tables, arguments.split, STYLE_SAMPLE if not arguments.all else None)
    print("\n".join(music.lines(card)), flush=True)
    card = replace(card, held_out=measured_styles(Stepper.of(folder, card), card, music, arguments.imitate))
    print("\nnats a note, lower is better:\n")
    print("\n".join(summary_table(card.held_out)))
    print("\nby field:\n")
    print("\n".join(field_table(card)))
    return card.held_out


def check_json(path: Path | None) -> None:
    """Refuse a place for the figures that cannot be, before minutes are spent.

    Raises:
        InputError: its folder does not exist.
    """
    if path is not None and not path.absolute().parent.is_dir():
        raise InputError(f"--json {path}: {path.parent} is not a folder; make it first")


def write_json(path: Path, figures: dict[str, Any]) -> None:
    """Write figures for a program.

    Raises:
        InputError: they cannot be written there.
    """
    try:
        path.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    print(f"\nthe figures: {path}")


def _measured(folder: Path, card: Card, music: "HeldOut", imitate: float) -> dict[str, Any]:
    from training.facts import measured
    from training.stepper import Stepper
    from training.touched_encoding import encode_works

    stepper = Stepper.of(folder, card)
    style = card.training.get("style", "")
    learned, judged = (encode_works(works, stepper.inputs, style) for works in (music.learned, music.works))
    return measured(stepper, card, learned, judged, music.part, imitate, abreast=1)


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
