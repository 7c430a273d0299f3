"""A larger network that begins as a smaller one: what the smaller knows is kept, new inputs add nothing at first."""

import numpy as np

from midi.errors import ModelError
from training.network import Weights


def grown(small: Weights, fresh: Weights) -> Weights:
    """The weights of a network with more fields or contexts than `small`; `fresh` are those that chance gave it.

    Raises:
        ModelError: the layers or heads of the two differ in size.
    """
    if any(name not in fresh or fresh[name].shape != array.shape for name, array in small.items()):
        raise ModelError("a network grows in fields, not in layers: give the sizes of the model that it begins from")
    quiet = {name: np.zeros_like(array) for name, array in fresh.items() if name.startswith("embedding/")}
    return fresh | quiet | small
