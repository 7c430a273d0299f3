"""The classic way of training, to be measured: windows of 100 names, each of which predicts one name.

The tutorials' network as they build it (Skúli 2017): LSTM 512 x 3, Dropout 0.3, Dense 256, softmax, RMSprop, batch 64,
one window for every name. It is a baseline of speed only: what is exported is learned by `training.fit`.
Importing this module imports TensorFlow.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from training.pieces import Ints

WINDOW = 100
BATCH = 64
UNITS = 512
LAYERS = 3
WIDTH = 256
DROPOUT = 0.3


@dataclass(frozen=True, slots=True)
class Pace:
    """Names a second that are learned, over so many steps and seconds after the first step."""

    names_per_second: float
    steps: int
    seconds: float


def network(names: int, units: int = UNITS) -> Any:
    """The tutorials' network: the number of a name, scaled to 0 to 1, is all its input."""
    layers: list[Any] = [keras.Input((WINDOW, 1))]
    for layer in range(LAYERS):
        layers.append(keras.layers.LSTM(units, return_sequences=layer < LAYERS - 1))
        layers.append(keras.layers.Dropout(DROPOUT))
    layers += [keras.layers.Dense(WIDTH, "relu"), keras.layers.Dropout(DROPOUT), keras.layers.Dense(names, "softmax")]
    model = keras.Sequential(layers)
    model.compile("rmsprop", "sparse_categorical_crossentropy", jit_compile=False)
    return model


def batches(piece: Ints, names: int) -> Iterator[tuple[Any, Any]]:
    """Batches of windows [B, 100, 1] and the names [B] that follow them, over and over; ids [N, 1] of any length."""
    music = np.tile(piece[:, 0], -(-(WINDOW + BATCH) // len(piece)) + 1)
    windows = np.lib.stride_tricks.sliding_window_view(music, WINDOW + 1)
    at = 0
    while True:
        rows = windows[np.arange(at, at + BATCH) % len(windows)]
        yield (rows[:, :WINDOW, None] / names).astype(np.float32), rows[:, WINDOW]
        at += BATCH


def pace(piece: Ints, names: int, steps: int, units: int = UNITS) -> Pace:
    """Measure so many steps; a first one, which builds the graph, is not counted."""
    model, supply = network(names, units), batches(piece, names)
    model.train_on_batch(*next(supply))
    began = time.perf_counter()
    for _ in range(steps):
        model.train_on_batch(*next(supply))
    seconds = time.perf_counter() - began
    return Pace(steps * BATCH / seconds, steps, seconds)
