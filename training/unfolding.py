"""A step graph back to weights: what `training.graph` folds, unfolded. Nothing but the graph is needed.

It holds, per field f, the table T_f = E_f K of embedding times kernel, with the bias b added to the first field's rows.
Stacked, T = E K + u b, where u is 1 on the first field's rows and 0 elsewhere: of one rank more than E is wide.
Other E, K and b than those that were trained give the same T, and so the same step; such are found, not those.
Importing this module imports TensorFlow.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from exported.card import conditions
from midi.errors import ModelError
from midi.tokens import Field
from training.export import GOLDEN_NOTES, golden_of, golden_tokens, parity
from training.graph import swapped
from training.network import EMBEDDING_SPREAD, Array, Network, Shape, Weights
from training.origin import Origin
from training.stepper import Stepper

Doubles = npt.NDArray[np.float64]

NOISE = 1e-6
"""Singular values below this share of the largest are the tables' rounding to float32.

The default model's smallest own one is 5e-3 of its largest, its rounding 5e-9.
"""


def begun(origin: Origin) -> Weights:
    """The weights of a network that computes what this model's graph computes, to the card's tolerance.

    Raises:
        ModelError: it is not built as `training.graph` builds one, or Keras with its weights computes something else.
    """
    fields = origin.card.fields
    network = Network(Shape(fields, origin.layers, origin.units), 1, 1)
    try:
        weights = _weights(_Parts(onnx.load(origin.graph).graph), fields, origin.layers)
        network.begin_from(weights)
    except (KeyError, IndexError, StopIteration, ValueError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ModelError(
            f"{origin.graph} cannot be begun from: it is not built as antiphon train builds one ({why})"
        ) from None
    ids = np.random.default_rng(0).integers(0, [field.size for field in fields], (GOLDEN_NOTES, len(fields)))
    difference = parity(golden_of(network, golden_tokens(ids.astype(np.int32), fields)), Stepper(origin.graph, fields))
    if not difference <= origin.card.parity_tolerance:
        raise ModelError(
            f"{origin.graph} cannot be begun from: Keras with its weights differs from it by {difference:.3g}, "
            f"allowed is {origin.card.parity_tolerance:g}"
        )
    return weights


def factors(tables: Sequence[Array], width: int) -> tuple[list[Array], Array, Array]:
    """Embeddings [rows, width] a table [rows, 4H], a kernel [width, 4H] and a bias [4H] that fold to these tables.

    Raises:
        ValueError: there are none.
    """
    stacked = np.concatenate(tables).astype(np.float64)
    first = (np.arange(len(stacked)) < len(tables[0])).astype(np.float64)
    bias = _bias(stacked, first, width)
    left, sizes, right = np.linalg.svd(stacked - np.outer(first, bias), full_matrices=False)
    if _rank(sizes) > width:
        raise ValueError(f"its first layer has rank {_rank(sizes)}, more than its {width} units")
    rows, kernel = np.zeros((len(stacked), width)), np.zeros((width, stacked.shape[1]))
    kept = min(width, len(sizes))
    rows[:, :kept], kernel[:kept] = left[:, :kept] * np.sqrt(sizes[:kept]), np.sqrt(sizes[:kept, None]) * right[:kept]
    scale = EMBEDDING_SPREAD / max(rows.std(), 1e-9)
    cuts = np.cumsum([len(table) for table in tables])[:-1]
    embeddings = [part.astype(np.float32) for part in np.split(rows * scale, cuts)]
    return embeddings, (kernel / scale).astype(np.float32), bias.astype(np.float32)


def _bias(stacked: Doubles, first: Doubles, width: int) -> Doubles:
    """What to take from the first field's rows so that the rest has rank `width`.

    With T x = u, T - u b = T (1 - x b) loses a rank where b x = 1; of those b the shortest.
    """
    left, sizes, right = np.linalg.svd(stacked, full_matrices=False)
    rank = _rank(sizes)
    if rank <= width:
        return np.zeros(stacked.shape[1])
    towards = right[:rank].T @ ((left[:, :rank].T @ first) / sizes[:rank])
    shortest: Doubles = towards / (towards @ towards)
    return shortest


def _rank(sizes: Doubles) -> int:
    return int((sizes > NOISE * sizes[0]).sum())


class _Parts:
    """A graph's constants by name, and its nodes by what they make and take."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.values: dict[str, Array] = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
        self.maker = {output: node for node in graph.node for output in node.output}
        self.taker = {(node.op_type, name): node for node in graph.node for name in node.input}

    def rows(self, field: str) -> Array:
        """The table that a field's id picks a row of."""
        return self.values[self.taker["Gather", field].input[0]]

    def matrix(self, name: str) -> Array:
        """What this tensor is multiplied with."""
        return self.values[self.taker["MatMul", name].input[1]]

    def added(self, node: onnx.NodeProto) -> Array:
        """The constant in a sum."""
        return next(self.values[name] for name in node.input if name in self.values)

    def affine(self, name: str) -> tuple[Array, Array]:
        """The matrix this tensor is multiplied with, and the constant added to that."""
        product = self.taker["MatMul", name]
        return self.values[product.input[1]], self.added(self.taker["Add", product.output[0]])

    def head(self, logits: str) -> tuple[Array, Array]:
        """Matrix and constant that make these logits."""
        total = self.maker[logits]
        product = next(self.maker[name] for name in total.input if name not in self.values)
        return self.values[product.input[1]], self.added(total)

    def constant(self, output: str) -> Array:
        """An output that no input changes."""
        return self.values[self.maker[output].input[0]]


def _weights(parts: _Parts, fields: Sequence[Field], layers: int) -> Weights:
    before, after = parts.taker["Split", "state"].output, parts.maker["next_state"].input
    recurrents = [swapped(parts.matrix(before[2 * layer])) for layer in range(layers)]
    embeddings, kernel, bias = factors([swapped(parts.rows(field.name)) for field in fields], len(recurrents[0]))
    drives = [(kernel, bias)]
    for layer in range(1, layers):
        kernel, bias = parts.affine(after[2 * layer - 2])
        drives.append((swapped(kernel), swapped(bias)))
    return Weights(
        embeddings={field.name: table for field, table in zip(fields, embeddings, strict=True)},
        layers=tuple((kernel, recurrent, bias) for (kernel, bias), recurrent in zip(drives, recurrents, strict=True)),
        heads={field.name: parts.head(f"{field.name}_logits") for field in fields},
        tables={
            (later.name, earlier.name): parts.constant(f"{later.name}_given_{earlier.name}")
            for later, earlier in conditions(fields)
        },
    )
