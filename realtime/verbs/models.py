"""`antiphon models`: what there is to play with, and what is known of each."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from textwrap import wrap
from typing import Any

from exported.card import GRAPH, PAGE, Card, check_graph, read_card
from exported.model_store import find_model, models, models_home
from midi.errors import ModelError
from midi.text import printable

EPILOG = f"""\
examples:
  antiphon models           every model, in a few lines each
  antiphon models default   one model's whole page: its figures, and the music it learned from
  antiphon jam --model mine

antiphon train adds to {models_home()}. Models are found in ./exported, there, and in Antiphon's own folder.
"""

NATS = "nats_per_note"
IMITATING = "imitating"
STYLES = "styles"
"""Keys of a card's facts."""
MOST_CHARACTERS = 200_000
"""A page that is longer is cut: ours have a few thousand."""
LABEL = 14
LINE = 110
"""Characters that a label takes, and a line."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags of `models`."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="a model's name, or its folder: shows its whole page")


def run(arguments: argparse.Namespace) -> int:
    """Print a line or more for every model, or everything of one.

    Raises:
        InputError: no model of that name. ModelError: it cannot be trusted; a list shows it with the reason instead.
    """
    if arguments.name:
        folder = find_model(arguments.name)
        card = _trusted(folder)
        print("\n".join([*_summary(folder), *_row("sha256", card.graph_sha256), "", *_page(folder)]))
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
    if isinstance(corpus.get(STYLES), dict):
        return f"{len(corpus[STYLES])} styles: {', '.join(map(str, corpus[STYLES]))}"
    counts = [f"{corpus[what]:,} {what}" for what in ("works", "notes") if isinstance(corpus.get(what), int)]
    return ", ".join([str(corpus.get("name", "unknown")), *counts])


def _held_out(held_out: Mapping[str, Any]) -> str:
    """Nats a note, and beside them what plain counting reached on the same pieces."""
    if isinstance(held_out.get(STYLES), dict):
        figures = [
            f"{style} {_figure(facts[IMITATING][NATS])} ({_figure(facts['baselines']['n_gram_adapting'][NATS])})"
            for style, facts in held_out[STYLES].items()
            if IMITATING in facts
        ]
        listed = ", ".join(figures)
        return f"nats a note, imitating (n-gram adapting; less is better): {listed}" if listed else "not measured"
    if NATS not in held_out:
        return "not measured"
    baselines = held_out.get("baselines", {})
    beside = {IMITATING: held_out[IMITATING]} if IMITATING in held_out else {}
    beside |= {name.replace("n_gram", "n-gram").replace("_", " "): row for name, row in baselines.items()}
    others = ", ".join(f"{name} {_figure(row[NATS])}" for name, row in beside.items())
    return f"{_figure(held_out[NATS])} nats a note" + (f" (less is better; {others})" if others else "")


def _figure(value: object) -> str:
    """A card's figure, whatever it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _page(folder: Path) -> list[str]:
    """The lines of the model's page, safe to print; none if it has no page."""
    try:
        text = (folder / PAGE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return [printable(line) for line in text[:MOST_CHARACTERS].splitlines()]


def _row(label: str, value: str) -> list[str]:
    """A label and its value, wrapped to stay beside it."""
    head = f"  {label:<{LABEL - 1}} "
    indent = " " * len(head)
    return wrap(
        value, LINE, initial_indent=head, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
