"""A network small enough for a test, its weights drawn at random, tables and all, so that nothing is zero by chance."""

import numpy as np

from midi.tokens import FIELDS, Field
from tests.training.music import melody, work
from training.alphabet import tokens
from training.network import Network, Shape
from training.works import Ints

THREE = FIELDS[:3]


def network(fields: tuple[Field, ...] = THREE, layers: int = 2, streams: int = 2, chunk: int = 16) -> Network:
    made = Network(Shape(fields, layers, units=12, dropout=0.2), streams, chunk)
    rng = np.random.default_rng(7)
    for variable in made.model.trainable_variables:
        variable.assign(rng.normal(0, 0.5, variable.shape))
    return made


def pieces(count: int, notes: int = 30, fields: tuple[Field, ...] = THREE) -> list[Ints]:
    return [tokens(work("a", melody(seed, notes + seed, velocity=80)), fields) for seed in range(count)]
