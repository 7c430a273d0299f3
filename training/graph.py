"""The one-step graph: a network's weights as plain TensorFlow maths on constants, and that as ONNX.

No Keras layer is exported: a Keras LSTM becomes an ONNX Loop, two to five times slower (FACTS.md). The first layer's
embeddings, kernel and bias are folded into one table a field; gates stand as i, f, o, g: one sigmoid serves three.
Importing this module imports TensorFlow.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from onnx import helper, numpy_helper

from exported.card import input_names, output_names, table_names
from midi.errors import ModelError
from midi.tokens import Field
from training.network import Array, Weights

OPSET = 17
"""tf2onnx 1.17 refuses 19 and above (FACTS.md)."""
FORBIDDEN = {"Loop", "If", "Scan", "Sequence"}


def state_size(weights: Weights) -> int:
    """Numbers of recurrent state: h and c of every layer, from the bottom."""
    return sum(2 * recurrent.shape[0] for _, recurrent, _ in weights.layers)


def key_size(weights: Weights) -> int:
    """Numbers in the top layer's output."""
    return int(weights.layers[-1][1].shape[0])


def step_graph(weights: Weights, fields: Sequence[Field]) -> onnx.ModelProto:
    """The step as ONNX, with the names, shapes and constant outputs of `exported.card`.

    Raises:
        ModelError: tf2onnx made something else than a plain step of it.
    """
    signature = [tf.TensorSpec([None], tf.int32, name=field.name) for field in fields]
    signature.append(tf.TensorSpec([None, state_size(weights)], tf.float32, name="state"))
    with tf.device("/CPU:0"):
        step = tf.function(_step(weights, fields), autograph=False)
        converted, _ = tf2onnx.convert.from_function(step, input_signature=signature, opset=OPSET)
    model: onnx.ModelProto = converted
    _add_tables(model, weights)
    _check(model, fields)
    return model


def _step(weights: Weights, fields: Sequence[Field]) -> Any:
    folded = _folded(weights, fields)
    upper = [_reordered(kernel, bias) for kernel, _, bias in weights.layers[1:]]
    recurrents = [swapped(recurrent) for _, recurrent, _ in weights.layers]
    units = [recurrent.shape[0] for recurrent in recurrents]

    def step(*inputs: Any) -> dict[str, Any]:
        *ids, state = inputs
        parts = tf.split(state, [size for size in units for _ in "hc"], axis=1)
        drive = tf.add_n([tf.gather(tf.constant(table), i) for table, i in zip(folded, ids, strict=True)])
        after: list[Any] = []
        for layer, recurrent in enumerate(recurrents):
            if layer:
                kernel, bias = upper[layer - 1]
                drive = tf.matmul(after[-2], tf.constant(kernel)) + tf.constant(bias)
            hidden, cell = parts[2 * layer : 2 * layer + 2]
            gates = drive + tf.matmul(hidden, tf.constant(recurrent))
            open_gates = tf.sigmoid(gates[:, : 3 * units[layer]])
            let_in, keep, let_out = tf.split(open_gates, 3, axis=1)
            cell = keep * cell + let_in * tf.tanh(gates[:, 3 * units[layer] :])
            after += [let_out * tf.tanh(cell), cell]
        top = after[-2]
        outputs = {"next_state": tf.concat(after, axis=1), "key": tf.identity(top)}
        for field in fields:
            kernel, bias = weights.heads[field.name]
            outputs[f"{field.name}_logits"] = tf.matmul(top, tf.constant(kernel)) + tf.constant(bias)
        return outputs

    return step


def _folded(weights: Weights, fields: Sequence[Field]) -> list[Array]:
    """Per field, embedding times the first layer's kernel; the bias is in the first."""
    kernel, bias = _reordered(weights.layers[0][0], weights.layers[0][2])
    tables = [weights.embeddings[field.name].astype(np.float64) @ kernel for field in fields]
    tables[0] += bias
    return [table.astype(np.float32) for table in tables]


def _reordered(kernel: Array, bias: Array) -> tuple[Array, Array]:
    return swapped(kernel), swapped(bias)


def swapped(array: Array) -> Array:
    """From Keras' order of gates (i, f, g, o) to i, f, o, g; and, being a swap, back."""
    i, f, third, fourth = np.split(array, 4, axis=-1)
    return np.concatenate([i, f, fourth, third], axis=-1)


def _add_tables(model: onnx.ModelProto, weights: Weights) -> None:
    """The conditional tables as constant outputs; tf2onnx would drop outputs that depend on no input."""
    for (later, earlier), table in weights.tables.items():
        name = f"{later}_given_{earlier}"
        model.graph.initializer.append(numpy_helper.from_array(table, f"{name}_table"))
        model.graph.node.append(helper.make_node("Identity", [f"{name}_table"], [name], name=name))
        model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, table.shape))


def _check(model: onnx.ModelProto, fields: Sequence[Field]) -> None:
    looping = sorted({node.op_type for node in model.graph.node} & FORBIDDEN)
    if looping:
        raise ModelError(f"the exported step holds {', '.join(looping)}: one step must be plain arithmetic")
    inputs = [value.name for value in model.graph.input]
    outputs = [value.name for value in model.graph.output]
    wanted = [*output_names(fields), *table_names(fields)]
    if inputs != input_names(fields) or sorted(outputs) != sorted(wanted):
        raise ModelError(
            f"the exported step has inputs {inputs} and outputs {outputs}; wanted {input_names(fields)}, {wanted}"
        )
    by_name = {value.name: value for value in model.graph.output}
    del model.graph.output[:]
    model.graph.output.extend(by_name[name] for name in wanted)
    onnx.checker.check_model(model, full_check=True)
