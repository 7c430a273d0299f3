"""The weights that a training begins from: those an exported model keeps beside its graph, checked against it.

Importing this module imports TensorFlow.
"""

from exported.card import GOLDEN, WEIGHTS
from midi.errors import ModelError
from training.base_model import BaseModel, arrays_in
from training.export import TOLERANCE, Golden, parity
from training.graph import step_graph
from training.network import Network, Shape, Weights
from training.stepper import Stepper


def load_base_weights(base: BaseModel) -> Weights:
    """The trained numbers of this model, as it keeps them.

    Raises:
        ModelError: they are damaged, or not those that its golden vectors were computed with.
    """
    card, path = base.card, base.folder / WEIGHTS
    with arrays_in(path) as arrays:
        shape = Shape(card.fields, card.given, base.layers, base.units, base.width)
        network = Network(shape, 1, 1)
        network.begin_from(arrays)
    weights = network.weights()
    stepper = Stepper(step_graph(weights, shape).SerializeToString(), card.fields, card.given)
    with arrays_in(base.folder / GOLDEN) as kept:
        hidden = {field.name: kept[f"{field.name}_hidden"] for field in card.fields}
        difference = parity(Golden(kept["tokens"], hidden, kept["state"], kept["key"]), stepper)
    if not difference <= TOLERANCE:
        raise ModelError(
            f"{path} cannot be begun from: with its weights the golden vectors differ by {difference:.3g}, "
            f"allowed is {TOLERANCE:g}: copy the folder again whole"
        )
    return weights
