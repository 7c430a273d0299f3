"""A model folder small enough to build in milliseconds, for tests of the runtime: random weights, the real contract.

The graph is written out by hand with onnx.helper, so these tests need no trainer, and a trainer that broke the
contract could not hide behind its own reading of it.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from exported.card import GRAPH, Card, conditions, sha256, write_card
from midi.tokens import CONTEXTS, DEVIATION, DURATION, END, FIELDS, PEDAL, PITCH, STYLE, STYLES, VOICE, WAIT, Field

UNITS = 16
WIDTH = 8
"""Of a head's hidden layer; the first field's is twice as wide: they need not be equal."""
SCORE_FIELDS = FIELDS[:4]
"""What is learned from scores: voices, no dynamics."""


def build(
    folder: Path,
    fields: tuple[Field, ...] = SCORE_FIELDS,
    given: tuple[Field, ...] = CONTEXTS,
    seed: int = 0,
    sharpness: float = 1.5,
    sounds: Sequence[str] = (),
    hears: str | None = None,
    styles: Sequence[str] = (),
) -> Path:
    """Write a one-layer LSTM of random weights; its notes are short, within two octaves, and pieces rarely end.

    `hears`: the style that its readout hears in every phrase; None: it has no readout.
    """
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    constants: dict[str, np.ndarray] = {
        "recurrent": rng.normal(0, 0.3, (UNITS, 4 * UNITS)),
        "halves": np.array([UNITS, UNITS], np.int64),
        "gates": np.array([UNITS] * 4, np.int64),
    }
    nodes = [helper.make_node("Split", ["state", "halves"], ["h", "c"], axis=1)]
    nodes.append(helper.make_node("MatMul", ["h", "recurrent"], ["sum0"]))
    inputs = (*fields, *given)
    for index, field in enumerate(inputs):
        constants[f"{field.name}_rows"] = rng.normal(0, 0.5, (field.input_size, 4 * UNITS))
        nodes.append(helper.make_node("Gather", [f"{field.name}_rows", field.name], [f"{field.name}_row"]))
        nodes.append(helper.make_node("Add", [f"sum{index}", f"{field.name}_row"], [f"sum{index + 1}"]))
    nodes += _cell(f"sum{len(inputs)}")
    nodes.append(helper.make_node("Concat", ["key", "next_c"], ["next_state"], axis=1))
    widths = {field.name: 2 * WIDTH if field is fields[0] else WIDTH for field in fields}
    told: dict[str, np.ndarray] = {}
    for later, other in conditions(fields, given):
        rows = other.input_size if other in given else other.size
        told[f"{later.name}_given_{other.name}"] = rng.normal(0, 0.3, (rows, widths[later.name]))
    for field in fields:
        constants[f"{field.name}_head"] = rng.normal(0, 1, (UNITS, widths[field.name]))
        nodes.append(helper.make_node("MatMul", ["key", f"{field.name}_head"], [f"{field.name}_hidden"]))
        told[f"{field.name}_weights"] = rng.normal(0, sharpness, (widths[field.name], field.size))
        told[f"{field.name}_bias"] = _bias(field)
    if hears is not None:
        read = sum(widths[field.name] for field in (WAIT, PITCH, DURATION))
        told["style_weights"] = np.zeros((read, STYLE.size))
        told["style_bias"] = np.where(np.array(STYLES) == hears, 5.0, 0.0)
    for name, constant in told.items():
        constants[f"{name}_constant"] = constant
        nodes.append(helper.make_node("Identity", [f"{name}_constant"], [name]))
    graph = helper.make_graph(
        nodes,
        "step",
        [
            *(helper.make_tensor_value_info(f.name, TensorProto.INT32, ["batch"]) for f in inputs),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, ["batch", 2 * UNITS]),
        ],
        [
            helper.make_tensor_value_info("next_state", TensorProto.FLOAT, ["batch", 2 * UNITS]),
            helper.make_tensor_value_info("key", TensorProto.FLOAT, ["batch", UNITS]),
            *(
                helper.make_tensor_value_info(f"{name}_hidden", TensorProto.FLOAT, ["batch", width])
                for name, width in widths.items()
            ),
            *(helper.make_tensor_value_info(name, TensorProto.FLOAT, one.shape) for name, one in told.items()),
        ],
        [
            numpy_helper.from_array(v if v.dtype == np.int64 else v.astype(np.float32), name)
            for name, v in constants.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, folder / GRAPH)
    write_card(
        Card(
            name=folder.name,
            graph_sha256=sha256(folder / GRAPH),
            vocabulary={f.name: f.size for f in fields},
            contexts={f.name: f.size for f in given},
            sounds=list(sounds),
            corpus={"styles": {style: {} for style in styles}} if styles else {},
            state_size=2 * UNITS,
            key_size=UNITS,
            parameters=sum(v.size for v in constants.values()),
            parity_tolerance=1e-5,
        ),
        folder,
    )
    return folder


def _cell(summed: str) -> list[onnx.NodeProto]:
    """An LSTM cell, gates in the order i, f, o, g; h is `key`, the cell state `next_c`."""
    return [
        helper.make_node("Split", [summed, "gates"], ["i_", "f_", "o_", "g_"], axis=1),
        *(helper.make_node("Sigmoid", [f"{gate}_"], [gate]) for gate in "ifo"),
        helper.make_node("Tanh", ["g_"], ["g"]),
        helper.make_node("Mul", ["f", "c"], ["kept"]),
        helper.make_node("Mul", ["i", "g"], ["written"]),
        helper.make_node("Add", ["kept", "written"], ["next_c"]),
        helper.make_node("Tanh", ["next_c"], ["shown"]),
        helper.make_node("Mul", ["o", "shown"], ["key"]),
    ]


def _bias(field: Field) -> np.ndarray:
    bias = np.full(field.size, -9.0)
    match field.name:
        case VOICE.name:
            bias[:] = 0
        case WAIT.name:
            bias[[0, 6, 12, 24]] = [0.5, 1, 2, 1]
            bias[END] = -2
        case PITCH.name:
            bias[55:80] = 1
        case DURATION.name:
            bias[[5, 11, 23]] = 1
        case DEVIATION.name:
            bias[4:10] = 1
        case PEDAL.name:
            bias[:] = 0
        case _:
            bias[10:26] = 1
    return bias
