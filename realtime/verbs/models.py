"""`antiphon models`: what there is to play with, and what is known of each."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from exported.card import GRAPH, Card, check_graph, read_card
from exported.homes import models_home
from exported.model_store import find_model, models
from midi.errors import ModelError
from midi.text import printable

EPILOG = f"""\
examples:
  antiphon models           every model, in a few lines each
  antiphon models default   one model's whole card
  antiphon jam --model mine

antiphon train adds to {models_home()}. Models are found in ./exported, there, and in Antiphon's own folder.
"""

NATS = "nats_per_note"
INDENT = "  "
LABEL = 14
LINE = 110
"""Characters that a label takes, and a line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `models`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a model's name, or its folder: shows its whole card")


def run(arguments: argparse.Namespace) -> int:
    """Print a line or more for every model, or everything of one.

    Raises:
        InputError: no model of that name. ModelError: it cannot be trusted; a list shows it with the reason instead.
    """
    if arguments.name:
        folder = find_model(arguments.name)
        print("\n".join(_whole(folder, _trusted(folder))))
        return 0
    folders = models()
    for folder in folders:
        print("\n".join(_summary(folder)))
    if not folders:
        print("no models yet: antiphon train makes one")
    return 0


def _trusted(folder: Path) -> Card:
    card = read_card(folder)
    check_graph(folder, card)
    return card


def _summary(folder: Path) -> list[str]:
    try:
        card = _trusted(folder)
    except ModelError as error:
        return [printable(folder.name), f"  cannot be used: {printable(str(error))}"]
    return [
        printable(folder.name),
        *_row("learned from", _corpus(card.corpus)),
        *_row("held out", _held_out(card.held_out)),
        *_row("size", f"{card.parameters:,} parameters, {(folder / GRAPH).stat().st_size / 1e6:.1f} MB"),
        *_row("dynamics", "learned" if card.learned_velocity else "not learned: the answer takes up yours"),
        *_row("folder", printable(str(folder))),
    ]


def _corpus(corpus: Mapping[str, Any]) -> str:
    """The corpus' name, with its works and notes where the card counts them."""
    counts = [f"{corpus[what]:,} {what}" for what in ("works", "notes") if isinstance(corpus.get(what), int)]
    return ", ".join([str(corpus.get("name", "unknown")), *counts])


def _label(key: str) -> str:
    """A card's key as words."""
    return key.replace("n_gram", "n-gram").replace("_", " ")


def _held_out(held_out: Mapping[str, Any]) -> str:
    """Nats a note, and beside them what plain counting reached on the same pieces."""
    if NATS not in held_out:
        return "not measured"
    baselines = held_out.get("baselines", {})
    beside = [f"{_label(name)} {_plain(figures[NATS])}" for name, figures in baselines.items()]
    if "imitating" in held_out:
        beside.insert(0, f"imitating {_plain(held_out['imitating'][NATS])}")
    return f"{_plain(held_out[NATS])} nats a note" + (f" (less is better; {', '.join(beside)})" if beside else "")


def _whole(folder: Path, card: Card) -> list[str]:
    lines = [
        *_summary(folder),
        *_row("sha256", card.graph_sha256),
        *_row("vocabulary", ", ".join(f"{name} {size}" for name, size in card.vocabulary.items())),
        *_row("fingerprint", card.fingerprint),
        *_row("parity", f"within {card.parity_tolerance:g} of the trainer's own logits and states"),
    ]
    for title, part in (("corpus", card.corpus), ("training", card.training), ("held out", card.held_out)):
        lines += ["", title, *_nested(part, 1)]
    return lines


def _nested(part: Mapping[str, Any], depth: int) -> Iterator[str]:
    """A part of the card as lines, what is nested in it indented; empty values are left out."""
    for key, value in part.items():
        label = _label(str(key))
        if isinstance(value, Mapping) and value:
            yield f"{INDENT * depth}{label}"
            yield from _nested(value, depth + 1)
        elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
            yield f"{INDENT * depth}{label}"
            for item in value:
                yield from _nested(item, depth + 1)
        elif value not in ("", [], {}):
            yield from _row(label, _plain(value), depth)


def _row(label: str, value: str, depth: int = 1) -> list[str]:
    """A label and its value, wrapped to stay beside it."""
    head = f"{INDENT * depth}{label:<{LABEL - 1}} "
    indent = " " * len(head)
    return wrap(
        value, LINE, initial_indent=head, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
