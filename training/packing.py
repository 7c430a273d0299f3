"""A step graph with its LSTM's weights in 8 bits: a quarter of the bytes that each note must bring from memory.

Dynamic quantisation (onnxruntime's own): weights in 8 bits, a scale a column; what they are multiplied with is
quantised as it comes. The heads stay in float32: that is where 8 bits would be heard (FACTS.md).
"""

import logging
import tempfile
from pathlib import Path

import onnx
from onnxruntime.quantization import QuantType, quantize_dynamic


def packed_graph(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same step with the products that make gates in 8 bits: all but the last one, which makes the heads' layers.

    Weights take 7 of the 8 bits (`reduce_range`): processors without VNNI add up pairs of products in 16 bits, which
    8 would overflow, so that one model would play differently on two machines.
    """
    gates = [node.name for node in model.graph.node if node.op_type == "MatMul"][:-1]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "packed.onnx"
        logging.disable(logging.WARNING)  # it recommends pre-processing by its root logger: the graph is folded already
        try:
            quantize_dynamic(
                model, path, nodes_to_quantize=gates, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
            )
        finally:
            logging.disable(logging.NOTSET)
        packed = onnx.load(path)
    onnx.checker.check_model(packed, full_check=True)
    return packed
