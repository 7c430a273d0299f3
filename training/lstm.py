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
        recurrent = tf.convert_to_tensor(self._weight_drop(self.recurrent, training=training))
        flat = tf.reshape(tf.transpose(inputs, [1, 0, 2]), [steps * streams, width])
        drive = tf.reshape(tf.matmul(flat, self.kernel) + self.bias, [steps, streams, 4 * self.units])
        begin = (tf.convert_to_tensor(state) for state in self.states)
        outputs, hidden, cell = _recurrence(drive, recurrent, tf.transpose(keep, [1, 0, 2]), *begin)
        for state, value in zip(self.states, (hidden, cell), strict=True):
            state.assign(value)
        return tf.transpose(outputs, [1, 0, 2])


def _recurrence(drive: Any, recurrent: Any, keeps: Any, hidden: Any, cell: Any) -> tuple[Any, Any, Any]:
    """The outputs [T, B, H] of drives [T, B, 4H], keeps [T, B, 1] and a first state; and the last state.

    The gradient is written out: TensorFlow's own of a loop adds one thin product to the kernel's gradient a step, where
    here it is one product for all steps, which takes a third of the time.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def recurrence(drive: Any, recurrent: Any) -> tuple[Any, Any]:
        steps = drive.shape[0]
        outputs, cells, gates = _forward(drive, recurrent, keeps, hidden, cell)

        def gradient(towards_outputs: Any, _: Any) -> tuple[Any, Any]:
            hiddens_before = tf.concat([hidden[None], outputs[:-1]], axis=0) * keeps
            cells_before = tf.concat([cell[None], cells[:-1]], axis=0) * keeps
            towards_gates = _backward(towards_outputs, recurrent, keeps, cells, cells_before, gates)
            rows = [steps * drive.shape[1], -1]
            towards_recurrent = tf.matmul(
                tf.reshape(hiddens_before, rows), tf.reshape(towards_gates, rows), transpose_a=True
            )
            return towards_gates, towards_recurrent

        return (outputs, cells[-1]), gradient

    outputs, last_cell = recurrence(drive, recurrent)
    return outputs, outputs[-1], last_cell


def _forward(drive: Any, recurrent: Any, keeps: Any, hidden: Any, cell: Any) -> tuple[Any, Any, Any]:
    """Hidden states and cells [T, B, H], and open gates [T, B, 4H], step by step."""
    steps, _, gates = drive.shape
    units = gates // 4
    drives, kept = (tf.TensorArray(drive.dtype, steps).unstack(tensor) for tensor in (drive, keeps))
    kinds = tuple(tf.TensorArray(drive.dtype, steps) for _ in range(3))

    def step(at: Any, hidden: Any, cell: Any, arrays: Any) -> Any:
        keep = kept.read(at)
        raw = drives.read(at) + tf.matmul(hidden * keep, recurrent)
        opened = tf.concat([tf.sigmoid(raw[:, : 3 * units]), tf.tanh(raw[:, 3 * units :])], axis=1)
        let_in, forget, let_out, new = tf.split(opened, 4, axis=1)
        cell = forget * (cell * keep) + let_in * new
        hidden = let_out * tf.tanh(cell)
        written = (array.write(at, row) for array, row in zip(arrays, (hidden, cell, opened), strict=True))
        return at + 1, hidden, cell, tuple(written)

    arrays = tf.while_loop(lambda at, *_: at < steps, step, (0, hidden, cell, kinds), maximum_iterations=steps)[-1]
    outputs, cells, opened = (array.stack() for array in arrays)
    return outputs, cells, opened


def _backward(towards_outputs: Any, recurrent: Any, keeps: Any, cells: Any, cells_before: Any, gates: Any) -> Any:
    """The gradient [T, B, 4H] towards the gates' drives, from the last step to the first."""
    steps, streams, units = towards_outputs.shape
    let_in, forget, let_out, new = tf.split(gates, 4, axis=2)
    bent = tf.tanh(cells)
    # What one step's gradient towards hidden state and cell makes of each gate's drive.
    through_cell = tf.concat(
        [new * let_in * (1 - let_in), cells_before * forget * (1 - forget), let_in * (1 - new * new)], axis=2
    )
    through_output = bent * let_out * (1 - let_out)
    into_cell = let_out * (1 - bent * bent)
    back_in_cell = forget * keeps
    rows = (towards_outputs, through_cell, through_output, into_cell, back_in_cell, keeps)
    arrays = [tf.TensorArray(towards_outputs.dtype, steps).unstack(row) for row in rows]
    written = tf.TensorArray(towards_outputs.dtype, steps)
    backwards = tf.transpose(recurrent)

    def step(at: Any, towards_hidden: Any, towards_cell: Any, written: Any) -> Any:
        towards, by_cell, by_output, opening, carried, keep = (array.read(at) for array in arrays)
        towards_hidden += towards
        towards_cell += towards_hidden * opening
        let_in, forget, new = tf.split(tf.tile(towards_cell, [1, 3]) * by_cell, 3, axis=1)
        raw = tf.concat([let_in, forget, towards_hidden * by_output, new], axis=1)
        return at - 1, tf.matmul(raw, backwards) * keep, towards_cell * carried, written.write(at, raw)

    nothing = tf.zeros((streams, units), towards_outputs.dtype)
    start = (steps - 1, nothing, nothing, written)
    return tf.while_loop(lambda at, *_: at >= 0, step, start, maximum_iterations=steps)[-1].stack()
