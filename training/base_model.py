"""The model that a training begins from: an exported folder, its card and its hash, before anything heavy is loaded."""

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exported.card import SOUND, WEIGHTS, Card, check_graph, read_card
from exported.model_store import find_model
from midi.errors import InputError, ModelError

DAMAGE = (OSError, LookupError, ValueError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""Whatever numpy and its readers do with a damaged file."""


@dataclass(frozen=True, slots=True)
class BaseModel:
    """An exported model to begin from."""

    graph: Path
    card: Card

    @property
    def folder(self) -> Path:
        """The model's folder."""
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
        """The width of its heads' hidden layers.

        Raises:
            ModelError: its weights cannot be read.
        """
        with arrays_in(self.folder / WEIGHTS) as kept:
            return int(kept[f"hidden/{self.card.fields[0].name}/bias"].size)

    def facts(self) -> dict[str, Any]:
        """Facts for the card of a model made from it; its licence goes where its weights go."""
        return {
            "name": self.card.name,
            "graph_sha256": self.card.graph_sha256,
            "corpus": self.card.corpus.get("name", ""),
            "licence": self.card.corpus.get("licence", ""),
        }


@contextlib.contextmanager
def arrays_in(path: Path) -> Iterator[Any]:
    """The arrays of a model's file.

    Raises:
        ModelError: it is damaged, or what is done with them in this context fails by it.
    """
    import numpy as np  # here: the verb that asks is light until it runs

    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            yield kept
    except DAMAGE as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(f"{path} cannot be begun from ({why}): copy the folder again whole") from None


def find_base_model(
    name: str, destination: Path, layers: int | None, units: int | None, width: int | None = None
) -> BaseModel:
    """The model of this name or at this path; `layers`, `units` and `width` are what was asked for, if anything was.

    Raises:
        InputError: there is none, it has another size than asked for, or it is the model to be made, at `destination`.
        ModelError: its folder is damaged, or its layers differ in size.
    """
    folder = find_model(name)
    card = read_card(folder)
    base = BaseModel(check_graph(folder, card), card)
    if SOUND in card.vocabulary:
        raise InputError(f"{folder} cannot be begun from: only a model of notes can")
    if not (folder / WEIGHTS).is_file():
        raise InputError(
            f"{folder} cannot be begun from: its {WEIGHTS} is not there, which antiphon train writes, and which the"
            " default model has in a checkout and in the sdist (pip download --no-deps --no-binary antiphon antiphon)"
        )
    if base.layers < 1 or card.state_size != 2 * base.layers * base.units:
        raise ModelError(
            f"{folder}: a state of {card.state_size} and a key of {card.key_size} make no layers of one size"
        )
    _check_sizes(base, layers, units, width)
    if folder.resolve() == destination.resolve():
        raise InputError(f"{destination} is the model to begin from: choose another --name or --out")
    return base


def _check_sizes(base: BaseModel, layers: int | None, units: int | None, width: int | None) -> None:
    """Check that no size is asked for but those that it has."""
    sizes = (("--layers", layers, base.layers), ("--units", units, base.units), ("--width", width, base.width))
    for flag, asked, there in sizes:
        if asked is not None and asked != there:
            raise InputError(f"{flag} {asked}: {base.card.name} has {there}, which stays so: leave {flag} out")
