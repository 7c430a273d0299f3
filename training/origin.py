"""The model that a training begins from: an exported folder, its card and its hash, before anything heavy is loaded."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exported.card import WEIGHTS, Card, check_graph, read_card
from exported.shelf import find_model
from midi.errors import InputError, ModelError


@dataclass(frozen=True, slots=True)
class Origin:
    """An exported model to begin from."""

    graph: Path
    card: Card

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.graph.parent

    @property
    def units(self) -> int:
        """Units in each LSTM layer."""
        return self.card.key_size

    @property
    def layers(self) -> int:
        """LSTM layers: the state holds h and c of each."""
        return self.card.state_size // (2 * self.card.key_size)

    @property
    def width(self) -> int:
        """Of its heads' hidden layers."""
        with np.load(self.folder / WEIGHTS, allow_pickle=False) as kept:
            return int(next(kept[name].size for name in kept.files if name.startswith("hidden/") and kept[name].ndim == 1))

    def facts(self) -> dict[str, Any]:
        """For the card of what is made of it; its licence goes where its weights go."""
        return {
            "name": self.card.name,
            "graph_sha256": self.card.graph_sha256,
            "corpus": self.card.corpus.get("name", ""),
            "licence": self.card.corpus.get("licence", ""),
        }


def find_origin(name: str, place: Path, layers: int | None, units: int | None) -> Origin:
    """The model of this name or at this path; `layers` and `units` are what was asked for, if anything was.

    Raises:
        InputError: there is none, it has another size than was asked for, or it is the model to be made, at `place`.
        ModelError: its folder is damaged, or its layers differ in size.
    """
    folder = find_model(name)
    card = read_card(folder)
    found = Origin(check_graph(folder, card), card)
    if found.layers < 1 or card.state_size != 2 * found.layers * found.units:
        raise ModelError(
            f"{folder}: a state of {card.state_size} and a key of {card.key_size} make no layers of one size"
        )
    for flag, asked, there in (("--layers", layers, found.layers), ("--units", units, found.units)):
        if asked is not None and asked != there:
            raise InputError(f"{flag} {asked}: {card.name} has {there}, which stays so: leave {flag} out")
    if not (folder / WEIGHTS).is_file():
        raise InputError(f"{folder} has no {WEIGHTS}: only a model that antiphon train made can be begun from")
    if folder.resolve() == place.resolve():
        raise InputError(f"{place} is the model to begin from: choose another --name or --out")
    return found
