"""The weights that a training begins from: those an exported model keeps beside its graph, checked against it.

Importing this module imports TensorFlow.
"""

from exported.card import GOLDEN, WEIGHTS
from midi.errors import ModelError
from training.base_model import BaseModel, arrays_in
from training.export import TOLERANCE, Golden, parity
from training.graph import step_graph
from training.network import Array, Network, Shape, Weights
from training.stepper import Stepper


def load_base_weights(base: BaseModel) -> Weights:
    """The trained numbers of this model, as it keeps them.

    Raises:
        ModelError: they are damaged, or not those that its golden vectors were computed with.
    """
    card, path = base.card, base.folder / WEIGHTS
    with arrays_in(path) as kept:
        weights = _unnamed({name: kept[name] for name in kept.files}, base.layers)
        shape = Shape(card.fields, card.given, base.layers, base.units, base.width)
        Network(shape, 1, 1).begin_from(weights)
    stepper = Stepper(step_graph(weights, card.fields, card.given).SerializeToString(), card.fields, card.given)
    with arrays_in(base.folder / GOLDEN) as kept:
        hidden = {field.name: kept[f"{field.name}_hidden"] for field in card.fields}
        difference = parity(Golden(kept["tokens"], hidden, kept["state"], kept["key"]), stepper)
    if not difference <= TOLERANCE:
        raise ModelError(
            f"{path} cannot be begun from: with its weights the golden vectors differ by {difference:.3g}, "
            f"allowed is {TOLERANCE:g}: copy the folder again whole"
        )
    return weights


def _unnamed(named: dict[str, Array], layers: int) -> Weights:
    """Undo `Weights.named`."""

    def pairs(group: str) -> dict[str, tuple[Array, Array]]:
        names = [name.split("/")[1] for name in named if name.startswith(f"{group}/") and name.endswith("/bias")]
        return {name: (named[f"{group}/{name}/kernel"], named[f"{group}/{name}/bias"]) for name in names}

    def told(group: str) -> dict[str, Array]:
        return {name.partition("/")[2]: table for name, table in named.items() if name.startswith(f"{group}/")}

    return Weights(
        embeddings=told("embedding"),
        layers=tuple(
            (named[f"lstm/{index}/kernel"], named[f"lstm/{index}/recurrent"], named[f"lstm/{index}/bias"])
            for index in range(layers)
        ),
        hidden=pairs("hidden"),
        heads=pairs("head"),
        tables={(name.split("/")[0], name.split("/")[1]): table for name, table in told("table").items()},
    )
