"""Learns batches of frames: AdamW on the network's weights, and their running average, which is what is kept.

Importing this module imports TensorFlow.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.frames import Batch, Layout, abreast
from benchmarks.piano_rolls.network import Array, Network, Shape
from benchmarks.piano_rolls.settings import Settings

MEASURED_ABREAST = 64


class Learner:
    """A network in training. Its average weights lie in a second network of the same shape."""

    def __init__(self, settings: Settings, keys: int) -> None:
        keras.utils.set_random_seed(settings.seed)
        self.settings = settings
        self.layout: Layout = settings.layout(keys)
        shape = Shape(
            self.layout, settings.layers, settings.units, settings.decoder,
            settings.drop_given, settings.drop_layers, settings.drop_recurrent, settings.drop_decoder,
        )  # fmt: skip
        self.network, self.average = Network(shape), Network(shape)
        self._optimizer = keras.optimizers.AdamW(1e-3, weight_decay=settings.decay, global_clipnorm=1.0, beta_2=0.99)
        self._optimizer.build(self.network.trainable_variables)
        batch = [tf.TensorSpec([None, None, *rest]) for rest in ([self.layout.size], [keys], [], [])]
        states = [tf.TensorSpec([None, settings.units]) for _ in range(2 * settings.layers)]
        signature = [*batch, states, tf.TensorSpec([2], tf.int32), tf.TensorSpec([])]
        self._step = tf.function(self._learn, signature, autograph=False, jit_compile=False)
        self._sum = tf.function(self._measure, batch, autograph=False, jit_compile=False)
        self.steps = 0

    def learn(self, batch: Batch, rate: float, states: list[Any]) -> tuple[float, list[Any]]:
        """One step; nats summed over the batch's frames, and the states after it."""
        self._optimizer.learning_rate.assign(rate)
        self.steps += 1
        share = min(self.settings.averaging, (1 + self.steps) / (10 + self.steps))
        seed = tf.constant([self.settings.seed, self.steps * 1000], tf.int32)
        nats, states = self._step(
            batch.inputs, batch.due, batch.keep, batch.counts, states, seed, tf.constant(share, tf.float32)
        )
        return float(nats), states

    def _learn(self, inputs: Any, due: Any, keep: Any, counts: Any, states: Any, seed: Any, share: Any) -> Any:
        variables = self.network.trainable_variables
        with tf.GradientTape() as tape:
            _, pre, states = self.network.hidden(inputs, keep, states, seed)
            nats = self._counted(self.network, pre, due, counts, seed)
            loss = nats / tf.maximum(tf.reduce_sum(counts), 1.0)
        self._optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        for mean, new in zip(self.average.trainable_variables, variables, strict=True):
            mean.assign(share * mean.value + (1 - share) * new.value)
        return nats, states

    def _counted(self, network: Network, pre: Any, due: Any, counts: Any, seed: Any = None) -> Any:
        size = self.settings.decoder
        nats, frame = network.nats(tf.reshape(pre, [-1, size]), tf.reshape(due, [-1, self.layout.keys]), seed)
        return tf.reduce_sum(nats * tf.gather(tf.reshape(counts, [-1]), frame))

    def _measure(self, inputs: Any, due: Any, keep: Any, counts: Any) -> Any:
        states = [tf.zeros([tf.shape(inputs)[0], self.settings.units]) for _ in range(2 * self.settings.layers)]
        _, pre, _ = self.average.hidden(inputs, keep, states)
        return self._counted(self.average, pre, due, counts)

    def held_out(self, rolls: Sequence[Roll]) -> float:
        """Nats per frame of sequences that it does not learn from, by the average weights."""
        total = 0.0
        for _, batch in abreast(rolls, self.layout, MEASURED_ABREAST):
            total += float(self._sum(batch.inputs, batch.due, batch.keep, batch.counts))
        return total / sum(map(len, rolls))

    def values(self) -> list[Array]:
        """All that learning changes: weights, their averages, and the optimizer's."""
        return [np.asarray(variable) for variable in self._variables()]

    def assign(self, values: Sequence[npt.NDArray[Any]]) -> None:
        """Take what `values` gave, of a learner with the same settings."""
        for variable, value in zip(self._variables(), values, strict=True):
            variable.assign(value)

    def _variables(self) -> list[Any]:
        return [*self.network.trainable_variables, *self.average.trainable_variables, *self._optimizer.variables]

    def take(self, weights: Mapping[str, Array]) -> None:
        """Take average weights, by name."""
        for variable in self.average.trainable_variables:
            variable.assign(weights[variable.name])

    def hidden(self, roll: Roll) -> Array:
        """The decoder's hidden layer before each frame of a sequence [T, decoder], by the average weights."""
        _, batch = next(abreast([roll], self.layout, 1))
        _, pre, _ = self.average.hidden(batch.inputs, batch.keep, self.average.zeros(1))
        return np.asarray(pre[0])

    def weights(self) -> dict[str, Array]:
        """The average weights, by name."""
        return {v.name: np.asarray(v) for v in self.average.trainable_variables}
