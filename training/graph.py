"""The one-step graph: a network's weights as plain TensorFlow maths on constants, and that as ONNX, in 8 bits too.

No Keras layer is exported: a Keras LSTM becomes an ONNX Loop, two to five times slower
(docs/decisions/0010-one-step-graph.md). The first layer's embeddings, kernel and bias are folded into one table an
input; a higher layer multiplies what comes from below and its own state in one product; gates stand as i, f, o, g: one
sigmoid serves three.
Importing this module imports TensorFlow.
"""

import logging
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from onnx import helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from exported.card import conditions, constant_names, input_names, output_names
from midi.errors import ModelError
from midi.tokens import Field
from training.network import Array, Shape, Weights

OPSET = 17
"""tf2onnx 1.17 refuses 19 and above (docs/decisions/0010-one-step-graph.md)."""
FORBIDDEN = {"Loop", "If", "Scan", "Sequence"}


def step_graph(weights: Weights, shape: Shape) -> onnx.ModelProto:
    """The step as ONNX, with the names, shapes and constant outputs of `exported.card`.

    Raises:
        ModelError: tf2onnx made something else than a plain step of it.
    """
    signature = [tf.TensorSpec([None], tf.int32, name=field.name) for field in shape.inputs]
    signature.append(tf.TensorSpec([None, shape.state_size], tf.float32, name="state"))
    with tf.device("/CPU:0"):
        step = tf.function(_step(weights, shape), autograph=False)
        converted, _ = tf2onnx.convert.from_function(step, input_signature=signature, opset=OPSET)
    model: onnx.ModelProto = converted
    _add_constants(model, weights, shape)
    _check(model, shape.fields, shape.given)
    return model


def with_constants(graph: bytes, constants: Mapping[str, Array]) -> bytes:
    """The same graph with further constant outputs."""
    model = onnx.load_from_string(graph)
    _append(model, constants)
    onnx.checker.check_model(model, full_check=True)
    serialised: bytes = model.SerializeToString()
    return serialised


def packed_graph(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same step with all its products in 8 bits: a quarter of the bytes that each note must bring from memory.

    Dynamic quantisation (onnxruntime's own): weights in 8 bits, a scale a column; what they are multiplied with is
    quantised as it comes. It costs 0.0001 nats a note for a network of 2 x 384, in 2/3 of the time that it takes with
    the heads' layer left in float32 (docs/measurements/default-model.md).
    Weights take 7 of the 8 bits (`reduce_range`): processors without VNNI add up pairs of products in 16 bits, which
    8 would overflow, so that one model would play differently on two machines.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packed.onnx"
        logging.disable(logging.WARNING)  # it recommends pre-processing by its root logger: the graph is folded already
        try:
            quantize_dynamic(
                model,
                path,
                op_types_to_quantize=["MatMul"],
                per_channel=True,
                reduce_range=True,
                weight_type=QuantType.QInt8,
            )
        finally:
            logging.disable(logging.NOTSET)
        packed = onnx.load(path)
    onnx.checker.check_model(packed, full_check=True)
    return packed


def _step(weights: Weights, shape: Shape) -> Any:
    units = shape.units
    tables = _folded(weights, shape.inputs)
    higher = [
        np.concatenate([weights[f"lstm/{layer}/kernel"], weights[f"lstm/{layer}/recurrent"]])
        for layer in range(1, shape.layers)
    ]
    kernels = [weights["lstm/0/recurrent"], *higher]
    hidden_kernel = np.concatenate([weights[f"hidden/{field.name}/kernel"] for field in shape.fields], axis=1)
    hidden_bias = np.concatenate([weights[f"hidden/{field.name}/bias"] for field in shape.fields])

    def step(*arguments: Any) -> dict[str, Any]:
        *ids, state = arguments
        parts = tf.split(state, [units] * (2 * shape.layers), axis=1)
        drive = tf.add_n([tf.gather(tf.constant(table), i) for table, i in zip(tables, ids, strict=True)])
        after: list[Any] = []
        for layer, kernel in enumerate(kernels):
            hidden, cell = parts[2 * layer : 2 * layer + 2]
            if layer:
                drive = tf.constant(weights[f"lstm/{layer}/bias"])
                hidden = tf.concat([after[-2], hidden], axis=1)
            gates = tf.matmul(hidden, tf.constant(kernel)) + drive
            open_gates = tf.sigmoid(gates[:, : 3 * units])
            let_in, keep, let_out = tf.split(open_gates, 3, axis=1)
            cell = keep * cell + let_in * tf.tanh(gates[:, 3 * units :])
            after += [let_out * tf.tanh(cell), cell]
        top = after[-2]
        heads = tf.matmul(top, tf.constant(hidden_kernel)) + tf.constant(hidden_bias)
        outputs = {"next_state": tf.concat(after, axis=1), "key": tf.identity(top)}
        for field, part in zip(
            shape.fields, tf.split(heads, [shape.width_of(field) for field in shape.fields], axis=1), strict=True
        ):
            outputs[f"{field.name}_hidden"] = tf.identity(part)
        return outputs

    return step


def _folded(weights: Weights, inputs: Sequence[Field]) -> list[Array]:
    """Per input, embedding times the first layer's kernel; the bias is in the first."""
    kernel = weights["lstm/0/kernel"]
    tables = [weights[f"embedding/{field.name}"].astype(np.float64) @ kernel for field in inputs]
    tables[0] += weights["lstm/0/bias"]
    return [table.astype(np.float32) for table in tables]


def _add_constants(model: onnx.ModelProto, weights: Weights, shape: Shape) -> None:
    """The heads' constants as outputs; tf2onnx would drop outputs that depend on no input."""
    constants = {
        f"{later.name}_given_{condition.name}": weights[f"table/{later.name}/{condition.name}"]
        for later, condition in conditions(shape.fields, shape.given)
    }
    for field in shape.fields:
        constants[f"{field.name}_weights"] = weights[f"head/{field.name}/kernel"]
        constants[f"{field.name}_bias"] = weights[f"head/{field.name}/bias"]
    _append(model, constants)


def _append(model: onnx.ModelProto, constants: Mapping[str, Array]) -> None:
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
