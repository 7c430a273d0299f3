"""The one-step graph: a network's weights as plain TensorFlow maths on constants, and that as ONNX.

No Keras layer is exported: a Keras LSTM becomes an ONNX Loop, two to five times slower
(docs/decisions/0010-one-step-graph.md). The first layer's embeddings, kernel and bias are folded into one table an
input; a higher layer multiplies what comes from below and its own state in one product; gates stand as i, f, o, g: one
sigmoid serves three.
Importing this module imports TensorFlow.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from onnx import helper, numpy_helper

from exported.card import constant_names, input_names, output_names
from midi.errors import ModelError
from midi.tokens import Field
from training.network import Array, Weights

OPSET = 17
"""tf2onnx 1.17 refuses 19 and above (docs/decisions/0010-one-step-graph.md)."""
FORBIDDEN = {"Loop", "If", "Scan", "Sequence"}


def state_size(weights: Weights) -> int:
    """Numbers of recurrent state: h and c of every layer, from the bottom."""
    return sum(2 * recurrent.shape[0] for _, recurrent, _ in weights.layers)


def key_size(weights: Weights) -> int:
    """Numbers in the top layer's output."""
    return int(weights.layers[-1][1].shape[0])


def step_graph(weights: Weights, fields: Sequence[Field], given: Sequence[Field]) -> onnx.ModelProto:
    """The step as ONNX, with the names, shapes and constant outputs of `exported.card`.

    Raises:
        ModelError: tf2onnx made something else than a plain step of it.
    """
    inputs = (*fields, *given)
    signature = [tf.TensorSpec([None], tf.int32, name=field.name) for field in inputs]
    signature.append(tf.TensorSpec([None, state_size(weights)], tf.float32, name="state"))
    with tf.device("/CPU:0"):
        step = tf.function(_step(weights, fields, inputs), autograph=False)
        converted, _ = tf2onnx.convert.from_function(step, input_signature=signature, opset=OPSET)
    model: onnx.ModelProto = converted
    _add_constants(model, weights)
    _check(model, fields, given)
    return model


def _step(weights: Weights, fields: Sequence[Field], inputs: Sequence[Field]) -> Any:
    folded = _folded(weights, inputs)
    kernels = [recurrent if not layer else np.concatenate([kernel, recurrent])
               for layer, (kernel, recurrent, _) in enumerate(weights.layers)]  # fmt: skip
    units = [recurrent.shape[0] for _, recurrent, _ in weights.layers]
    hidden_kernel = np.concatenate([weights.hidden[field.name][0] for field in fields], axis=1)
    hidden_bias = np.concatenate([weights.hidden[field.name][1] for field in fields])

    def step(*arguments: Any) -> dict[str, Any]:
        *ids, state = arguments
        parts = tf.split(state, [size for size in units for _ in "hc"], axis=1)
        drive = tf.add_n([tf.gather(tf.constant(table), i) for table, i in zip(folded, ids, strict=True)])
        after: list[Any] = []
        for layer, kernel in enumerate(kernels):
            hidden, cell = parts[2 * layer : 2 * layer + 2]
            if layer:
                drive = tf.constant(weights.layers[layer][2])
                hidden = tf.concat([after[-2], hidden], axis=1)
            gates = tf.matmul(hidden, tf.constant(kernel)) + drive
            open_gates = tf.sigmoid(gates[:, : 3 * units[layer]])
            let_in, keep, let_out = tf.split(open_gates, 3, axis=1)
            cell = keep * cell + let_in * tf.tanh(gates[:, 3 * units[layer] :])
            after += [let_out * tf.tanh(cell), cell]
        top = after[-2]
        heads = tf.matmul(top, tf.constant(hidden_kernel)) + tf.constant(hidden_bias)
        outputs = {"next_state": tf.concat(after, axis=1), "key": tf.identity(top)}
        widths = [weights.hidden[field.name][1].size for field in fields]
        for field, part in zip(fields, tf.split(heads, widths, axis=1), strict=True):
            outputs[f"{field.name}_hidden"] = tf.identity(part)
        return outputs

    return step


def _folded(weights: Weights, inputs: Sequence[Field]) -> list[Array]:
    """Per input, embedding times the first layer's kernel; the bias is in the first."""
    kernel, _, bias = weights.layers[0]
    tables = [weights.embeddings[field.name].astype(np.float64) @ kernel for field in inputs]
    tables[0] += bias
    return [table.astype(np.float32) for table in tables]


def _add_constants(model: onnx.ModelProto, weights: Weights) -> None:
    """The heads' constants as outputs; tf2onnx would drop outputs that depend on no input."""
    constants = {f"{later}_given_{condition}": table for (later, condition), table in weights.tables.items()}
    for name, (kernel, bias) in weights.heads.items():
        constants |= {f"{name}_weights": kernel, f"{name}_bias": bias}
    for name, array in constants.items():
        model.graph.initializer.append(numpy_helper.from_array(np.ascontiguousarray(array), f"{name}_constant"))
        model.graph.node.append(helper.make_node("Identity", [f"{name}_constant"], [name], name=name))
        model.graph.output.append(helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, array.shape))


def _check(model: onnx.ModelProto, fields: Sequence[Field], given: Sequence[Field]) -> None:
    looping = sorted({node.op_type for node in model.graph.node} & FORBIDDEN)
    if looping:
        raise ModelError(f"the exported step holds {', '.join(looping)}: one step must be plain arithmetic")
    inputs = [value.name for value in model.graph.input]
    outputs = [value.name for value in model.graph.output]
    wanted = [*output_names(fields), *constant_names(fields, given)]
    asked = input_names((*fields, *given))
    if inputs != asked or sorted(outputs) != sorted(wanted):
        raise ModelError(f"the exported step has inputs {inputs} and outputs {outputs}; wanted {asked}, {wanted}")
    by_name = {value.name: value for value in model.graph.output}
    del model.graph.output[:]
    model.graph.output.extend(by_name[name] for name in wanted)
    onnx.checker.check_model(model, full_check=True)
