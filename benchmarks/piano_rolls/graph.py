"""One step over frames as ONNX: plain TensorFlow maths on the trained numbers, as `training.graph` does for notes.

Inputs: given [B, size], state [B, S]. Outputs: next_state [B, S]; hidden [B, decoder], what the decoder of the next
frame begins from and imitation compares; and, constant, the decoder itself: named, last, out, out_bias.
Importing this module imports TensorFlow.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from onnx import helper, numpy_helper

from benchmarks.piano_rolls.network import Array
from benchmarks.piano_rolls.step import DECODER, OUTPUTS
from midi.errors import ModelError
from training.graph import FORBIDDEN, OPSET

Weights = Mapping[str, Array]


def step_graph(weights: Weights, properties: Mapping[str, str]) -> onnx.ModelProto:
    """The step; `told` is written into the file beside it.

    Raises:
        ModelError: tf2onnx made something else than a plain step of it.
    """
    layers = sum(name.startswith("kernel_") for name in weights)
    state = 2 * layers * weights["recurrent_0"].shape[0]
    signature = [
        tf.TensorSpec([None, weights["from_given"].shape[0]], tf.float32, name="given"),
        tf.TensorSpec([None, state], tf.float32, name="state"),
    ]
    with tf.device("/CPU:0"):
        step = tf.function(_step(weights, layers), autograph=False)
        converted, _ = tf2onnx.convert.from_function(step, input_signature=signature, opset=OPSET)
    model: onnx.ModelProto = converted
    for name in DECODER:
        model.graph.initializer.append(numpy_helper.from_array(weights[name], f"{name}_rows"))
        model.graph.node.append(helper.make_node("Identity", [f"{name}_rows"], [name], name=name))
        model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, weights[name].shape))
    helper.set_model_props(model, dict(properties))
    _check(model)
    return model


def _step(weights: Weights, layers: int) -> Any:
    units = weights["recurrent_0"].shape[0]
    lstm_size = weights["kernel_0"].shape[0]
    w = {name: _swapped(v) if name.startswith(("kernel", "recurrent", "bias")) else v for name, v in weights.items()}

    def step(inputs: Any, state: Any) -> dict[str, Any]:
        parts = tf.split(state, 2 * layers, axis=1)
        below, after = inputs[:, :lstm_size], []
        for index in range(layers):
            h, c = parts[2 * index : 2 * index + 2]
            gates = tf.matmul(below, tf.constant(w[f"kernel_{index}"])) + tf.constant(w[f"bias_{index}"])
            gates += tf.matmul(h, tf.constant(w[f"recurrent_{index}"]))
            let_in, keep, let_out = tf.split(tf.sigmoid(gates[:, : 3 * units]), 3, axis=1)
            c = keep * c + let_in * tf.tanh(gates[:, 3 * units :])
            below = let_out * tf.tanh(c)
            after += [below, c]
        hidden = tf.matmul(below, tf.constant(w["from_top"])) + tf.matmul(inputs, tf.constant(w["from_given"]))
        return {
            "next_state": tf.concat(after, axis=1),
            "hidden": hidden + tf.constant(w["hidden_bias"]),
        }

    return step


def _swapped(array: Array) -> Array:
    """From Keras' order of gates (i, f, g, o) to i, f, o, g: one sigmoid serves three."""
    i, f, g, o = np.split(array, 4, axis=-1)
    return np.concatenate([i, f, o, g], axis=-1)


def _check(model: onnx.ModelProto) -> None:
    looping = sorted({node.op_type for node in model.graph.node} & FORBIDDEN)
    if looping:
        raise ModelError(f"the exported step holds {', '.join(looping)}: one step must be plain arithmetic")
    by_name = {value.name: value for value in model.graph.output}
    if sorted(by_name) != sorted((*OUTPUTS, *DECODER)):
        raise ModelError(f"the exported step has outputs {sorted(by_name)}; wanted {OUTPUTS} and {DECODER}")
    onnx.checker.check_model(model, full_check=True)
