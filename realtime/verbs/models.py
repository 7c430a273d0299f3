"""`antiphon models`: what there is to play with, and what is known of each."""

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from exported.card import GRAPH, Card, check_graph, read_card
from exported.shelf import find_model, models
from midi.errors import ModelError

EPILOG = """\
examples:
  antiphon models           every model, in a few lines each
  antiphon models default   one model's whole card
  antiphon jam --model mine

Models stand in ./exported and in Antiphon's own folder; antiphon train adds to ./exported.
"""

WIDTH = 14
"""Characters that labels take."""


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
        return [folder.name, f"  cannot be used: {error}"]
    held_out = ", ".join(f"{name} {value}" for name, value in _flat(card.held_out))
    return [
        folder.name,
        _row("learned from", _size_of_corpus(card.corpus)),
        _row("held out", f"{held_out} (nats a note)" if held_out else "not measured"),
        _row("size", f"{card.parameters:,} parameters, {(folder / GRAPH).stat().st_size / 1e6:.1f} MB"),
        _row("dynamics", "learned" if card.learned_velocity else "not learned: the answer takes up yours"),
        _row("folder", str(folder)),
    ]


def _size_of_corpus(corpus: Mapping[str, Any]) -> str:
    """The corpus' name, with its pieces and notes where the card counts them."""
    counts = [f"{corpus[what]:,} {what}" for what in ("pieces", "notes") if isinstance(corpus.get(what), int)]
    return ", ".join([str(corpus.get("name", "unknown")), *counts])


def _whole(folder: Path, card: Card) -> list[str]:
    lines = [*_summary(folder), _row("sha256", card.graph_sha256), _row("vocabulary", _alphabets(card))]
    lines.append(_row("parity", f"within {card.parity_tolerance:g} of the trainer's own logits and states"))
    for title, part in (("corpus", card.corpus), ("training", card.training), ("held out", card.held_out)):
        lines += ["", title, *(_row(name, value) for name, value in _flat(part))]
    return lines


def _alphabets(card: Card) -> str:
    return ", ".join(f"{name} {size}" for name, size in card.vocabulary.items()) + f" (fingerprint {card.fingerprint})"


def _row(label: str, value: str) -> str:
    return f"  {label:<{WIDTH}}{'' if len(label) < WIDTH else ' '}{value}"


def _flat(part: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a nested mapping with the path of its keys; a list of plain values is one value."""
    for key, value in part.items():
        name = f"{above}{str(key).replace('_', ' ')}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}, ")
        else:
            yield name, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)
