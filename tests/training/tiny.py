"""A network small enough for a test, its weights drawn at random, tables and all, so that nothing is zero by chance."""

import numpy as np

from midi.tokens import CONTEXTS, Field
from tests.training.music import SCORE
from training.network import Network, Shape

UNITS, WIDTH = 12, 10


def network(
    fields: tuple[Field, ...] = SCORE,
    layers: int = 2,
    streams: int = 2,
    chunk: int = 16,
    given: tuple[Field, ...] = CONTEXTS,
    width: int = WIDTH,
) -> Network:
    made = Network(Shape(fields, given, layers, UNITS, width, dropout=0.2, weight_drop=0.2), streams, chunk)
    rng = np.random.default_rng(7)
    for variable in made.model.trainable_variables:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    return made
