"""An LSTM layer that carries its state from batch to batch, as a stream of music wants it.

The product with the inputs is one large matrix product for all steps; only the recurrence is a loop, where Keras'
own cells, given a cleared state, multiply both step by step.
Importing this module imports TensorFlow.
"""

from typing import Any

import keras
import tensorflow as tf


class CarriedLSTM(keras.layers.Layer):  # type: ignore[misc]
    """LSTM over [B, T, E] with B and T fixed; where `keep` is 0 the state before that step is cleared.

    Gates stand as i, f, o, g, so that one sigmoid serves three. `weight_drop` is the share of the recurrent kernel
    that is left out of each learning step (DropConnect, as Merity, Keskar and Socher 2018 use it).
    """

    def __init__(self, units: int, weight_drop: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.units = units
        self._weight_drop = keras.layers.Dropout(weight_drop)

    def build(self, input_shape: Any) -> None:
        """Weights as Keras begins an LSTM: Glorot, orthogonal, the forget gate's bias at 1; and the states."""
        streams, _, width = input_shape
        gates = 4 * self.units
        self.kernel = self.add_weight(shape=(width, gates), initializer="glorot_uniform", name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, gates), initializer="orthogonal", name="recurrent")
        self.bias = self.add_weight(shape=(gates,), initializer=self._open_forget_gate, name="bias")
        self.states = [
            self.add_weight(shape=(streams, self.units), initializer="zeros", trainable=False, name=name)
            for name in ("h", "c")
        ]

    def _open_forget_gate(self, _: Any, dtype: Any = None) -> Any:
        ones = tf.ones(self.units, dtype)
        return tf.concat([0 * ones, ones, 0 * ones, 0 * ones], axis=0)

    def call(self, inputs: Any, keep: Any, training: bool = False) -> Any:  # noqa: FBT001, FBT002 - Keras' own name
        """Outputs [B, T, units] of inputs [B, T, E] and keep [B, T, 1]; the last state stays for the next call."""
        streams, steps, width = inputs.shape
        recurrent = self._weight_drop(self.recurrent, training=training)
        flat = tf.reshape(tf.transpose(inputs, [1, 0, 2]), [steps * streams, width])
        drive = tf.reshape(tf.matmul(flat, self.kernel) + self.bias, [steps, streams, 4 * self.units])
        drives = tf.TensorArray(drive.dtype, steps).unstack(drive)
        keeps = tf.TensorArray(drive.dtype, steps).unstack(tf.transpose(keep, [1, 0, 2]))
        outputs = tf.TensorArray(drive.dtype, steps, element_shape=(streams, self.units))

        def step(at: Any, hidden: Any, cell: Any, outputs: Any) -> Any:
            kept = keeps.read(at)
            gates = drives.read(at) + tf.matmul(hidden * kept, recurrent)
            open_gates = tf.sigmoid(gates[:, : 3 * self.units])
            let_in, forget, let_out = tf.split(open_gates, 3, axis=1)
            cell = forget * (cell * kept) + let_in * tf.tanh(gates[:, 3 * self.units :])
            hidden = let_out * tf.tanh(cell)
            return at + 1, hidden, cell, outputs.write(at, hidden)

        begin = [tf.convert_to_tensor(state) for state in self.states]
        _, hidden, cell, outputs = tf.while_loop(
            lambda at, *_: at < steps, step, (0, *begin, outputs), maximum_iterations=steps
        )
        for state, value in zip(self.states, (hidden, cell), strict=True):
            state.assign(value)
        return tf.transpose(outputs.stack(), [1, 0, 2])
