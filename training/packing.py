"""A step graph with its LSTM's weights in 8 bits: a quarter of the bytes that each note must bring from memory.

Dynamic quantisation (onnxruntime's own): weights in 8 bits, a scale a column; what they are multiplied with is
quantised as it comes. The heads stay in float32: that is where 8 bits would be heard (FACTS.md).
"""

import logging
import tempfile
from pathlib import Path

import onnx
from onnx import numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic


def packed_graph(model: onnx.ModelProto, units: int) -> onnx.ModelProto:
    """The same step with the products that make gates (4 * units columns) in 8 bits.

    Weights take 7 of the 8 bits (`reduce_range`): processors without VNNI add up pairs of products in 16 bits, which
    8 would overflow, so that one model would play differently on two machines.
    """
    shapes = {value.name: numpy_helper.to_array(value).shape for value in model.graph.initializer}
    gates = [
        node.name
        for node in model.graph.node
        if node.op_type == "MatMul" and shapes.get(node.input[1], (0, 0))[1] == 4 * units
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packed.onnx"
        logging.disable(logging.WARNING)  # it recommends pre-processing by its root logger: the graph is folded already
        quantize_dynamic(
            model, path, nodes_to_quantize=gates, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )
        logging.disable(logging.NOTSET)
        packed = onnx.load(path)
    onnx.checker.check_model(packed, full_check=True)
    return packed
