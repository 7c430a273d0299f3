"""The model that a training begins from: an exported folder, its card and its hash, before anything heavy is loaded."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exported.card import SOUND, WEIGHTS, Card, check_graph, read_card
from exported.model_store import find_model
from midi.errors import InputError, ModelError
from midi.tokens import TOUCH
from training.damage import DAMAGE


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
    def sizes(self) -> dict[str, int]:
        """Its `layers`, whose h and c make its state, the `units` in each, and the `width` of its heads' hidden layers.

        `touch_width`: that of the heads of touch, where it is another.

        Raises:
            ModelError: its weights cannot be read, or its layers differ in size.
        """
        units = self.card.key_size
        layers, rest = divmod(self.card.state_size, 2 * units)
        if rest or layers < 1:
            raise ModelError(
                f"{self.folder}: a state of {self.card.state_size} and a key of {units} make no layers of one size"
            )
        with arrays_in(self.folder / WEIGHTS) as kept:
            width = int(kept[f"hidden/{self.card.fields[0].name}/bias"].size)
            touch = {int(kept[f"hidden/{field.name}/bias"].size) for field in self.card.fields if field in TOUCH}
        sizes = {"layers": layers, "units": units, "width": width}
        return sizes if touch <= {width} else sizes | {"touch_width": max(touch)}

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


def find_base_model(name: str, destination: Path, asked: Mapping[str, int | None]) -> BaseModel:
    """The model of this name or at this path; `asked`: the sizes that were asked for, None where none was.

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
    for size, there in base.sizes.items():
        if asked.get(size) not in (None, there):
            raise InputError(f"--{size} {asked[size]}: {card.name} has {there}, which stays so: leave --{size} out")
    if folder.resolve() == destination.resolve():
        raise InputError(f"{destination} is the model to begin from: choose another --name or --out")
    return base
