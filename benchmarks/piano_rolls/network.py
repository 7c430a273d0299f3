"""The network over frames, in Keras: LSTM layers over givens, and within a frame its keys from below, one by one.

The next key's logits are W relu(hidden + rows of the keys already named + row of the last) + b, where `hidden` is
linear in the top layer and the input; keys not above the last are ruled out, END is always allowed. So a frame's
probability is exact by the chain rule. Importing this module imports TensorFlow.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from benchmarks.piano_rolls.frames import Layout

Array = npt.NDArray[np.float32]
RULED_OUT = -1e9


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that decide the weights, and what is dropped while learning; see `settings.Settings`."""

    layout: Layout
    layers: int = 1
    units: int = 256
    decoder: int = 256
    drop_given: float = 0.1
    drop_layers: float = 0.3
    drop_recurrent: float = 0.2
    drop_decoder: float = 0.3


@keras.saving.register_keras_serializable("antiphon")
class Network(keras.Model):  # type: ignore[misc]
    """The network; states are arguments: [h, c] of each layer from the bottom, [B, units] each."""

    def __init__(self, shape: Shape, **options: Any) -> None:
        super().__init__(**options)
        self.shape = shape
        size, keys, units = shape.layout.size, shape.layout.keys, shape.units
        uniform = keras.initializers.GlorotUniform
        self.layers_: list[tuple[Any, Any, Any]] = []
        for index in range(shape.layers):
            below = shape.layout.lstm_size if index == 0 else units
            self.layers_.append(
                (
                    self._weight(f"kernel_{index}", (below, 4 * units), uniform()),
                    self._weight(f"recurrent_{index}", (units, 4 * units), keras.initializers.Orthogonal()),
                    self._weight(f"bias_{index}", (4 * units,), _forgetting),
                )
            )
        self.from_top = self._weight("from_top", (units, shape.decoder), uniform())
        self.from_given = self._weight("from_given", (size, shape.decoder), uniform())
        self.hidden_bias = self._weight("hidden_bias", (shape.decoder,), "zeros")
        self.named = self._weight("named", (keys, shape.decoder), uniform())
        self.last = self._weight("last", (keys + 1, shape.decoder), uniform())
        self.out = self._weight("out", (shape.decoder, keys + 1), uniform())
        self.out_bias = self._weight("out_bias", (keys + 1,), "zeros")

    def _weight(self, name: str, size: tuple[int, ...], start: Any) -> Any:
        return self.add_weight(name=name, shape=size, initializer=start)

    def zeros(self, streams: int) -> list[Any]:
        """Clear states."""
        return [tf.zeros((streams, self.shape.units)) for _ in range(2 * self.shape.layers)]

    def hidden(self, inputs: Any, keep: Any, states: list[Any], seed: Any = None) -> tuple[Any, Any, list[Any]]:
        """Top layer [B, T, units], decoder's hidden layer before its relu [B, T, decoder], and states after.

        With a `seed`, int32 [2], parts are dropped as in learning.
        """
        drop = _Dropping(seed)
        shape = self.shape
        inputs = drop(inputs, shape.drop_given)
        below, after = inputs[:, :, : shape.layout.lstm_size], []
        for index, (kernel, recurrent, bias) in enumerate(self.layers_):
            drive = tf.einsum("bti,ij->btj", below, kernel) + bias
            below, h, c = _recur(drive, drop(recurrent, shape.drop_recurrent), keep, *states[2 * index : 2 * index + 2])
            after += [h, c]
            below = drop.throughout(below, shape.drop_layers)
        pre = tf.einsum("bti,ij->btj", below, self.from_top) + tf.einsum("bti,ij->btj", inputs, self.from_given)
        return below, pre + self.hidden_bias, after

    def nats(self, pre: Any, due: Any, seed: Any = None) -> Any:
        """Nats of each named key and END of the frames due [N, keys], pre [N, decoder]; and the frames' indices."""
        keys = self.shape.layout.keys
        frame, last, target = events(due)
        before = tf.cast(tf.range(keys)[None] <= last[:, None] - 1, tf.float32) * tf.gather(due, frame)
        hidden = tf.gather(pre, frame) + before @ self.named + tf.gather(self.last, last)
        hidden = _Dropping(seed, 100)(tf.nn.relu(hidden), self.shape.drop_decoder)
        logits = hidden @ self.out + self.out_bias
        logits = tf.where(tf.range(keys + 1)[None] < last[:, None], RULED_OUT, logits)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits), frame


def events(due: Any) -> tuple[Any, Any, Any]:
    """The keys named, in order, in frames [N, keys]: frame, last (0: none, else key + 1) and target (END: keys)."""
    ended = tf.concat([due, tf.ones_like(due[:, :1])], axis=1)
    where = tf.cast(tf.where(ended > 0), tf.int32)
    frame, target = where[:, 0], where[:, 1]
    same = tf.concat([[False], frame[1:] == frame[:-1]], axis=0)
    last = tf.where(same, tf.concat([[0], target[:-1] + 1], axis=0), 0)
    return frame, last, target


class _Dropping:
    """Dropout whose choices follow from a seed alone, so that a resumed training makes the same."""

    def __init__(self, seed: Any, salt: int = 0) -> None:
        self._seed, self._salt = seed, salt

    def __call__(self, value: Any, rate: float) -> Any:
        """The value with a share of its numbers dropped."""
        return self._dropped(value, rate, tf.shape(value))

    def throughout(self, value: Any, rate: float) -> Any:
        """The value [B, T, N] with a share of its N dropped, the same ones at all times."""
        size = tf.shape(value)
        return self._dropped(value, rate, [size[0], 1, size[2]])

    def _dropped(self, value: Any, rate: float, size: Any) -> Any:
        self._salt += 1
        if self._seed is None or not rate:
            return value
        drawn = tf.random.stateless_uniform(size, tf.add(self._seed, [0, self._salt]))
        return value * tf.cast(drawn >= rate, tf.float32) / (1 - rate)


def _forgetting(size: tuple[int], dtype: Any = None) -> Any:
    """Biases of the gates i, f, g, o: 1 to begin with for f, as Keras has it."""
    zeros, ones = tf.zeros(size[0] // 4, dtype), tf.ones(size[0] // 4, dtype)
    return tf.concat([zeros, ones, zeros, zeros], axis=0)


def _recur(drive: Any, recurrent: Any, keep: Any, h: Any, c: Any) -> tuple[Any, Any, Any]:
    """An LSTM layer over its inputs times kernel [B, T, 4H]: outputs [B, T, H], last h and c. Gates i, f, g, o."""
    drives, keeps = tf.transpose(drive, [1, 0, 2]), tf.transpose(keep)[:, :, None]
    steps = tf.shape(drives)[0]
    outputs = tf.TensorArray(tf.float32, size=steps, element_shape=h.shape)

    def step(t: Any, h: Any, c: Any, outputs: Any) -> Any:
        h, c = h * keeps[t], c * keeps[t]
        i, f, g, o = tf.split(drives[t] + h @ recurrent, 4, axis=1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return t + 1, h, c, outputs.write(t, h)

    _, h, c, outputs = tf.while_loop(
        lambda t, *_: t < steps, step, (0, h, c, outputs), maximum_iterations=steps, parallel_iterations=1
    )
    return tf.transpose(outputs.stack(), [1, 0, 2]), h, c
