"""The network in Keras: embeddings of a note's fields, summed; LSTM layers; a head a field, each told the earlier ones.

Importing this module imports TensorFlow.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from exported.card import conditions
from midi.tokens import Field
from training.batches import Batch

Array = npt.NDArray[np.float32]

EMBEDDING_SPREAD = 0.5
"""Keras' own start, within 0.05, leaves the summed fields so faint that learning begins minutes later (measured)."""


@keras.saving.register_keras_serializable("antiphon")
class FreshStartCell(keras.layers.LSTMCell):  # type: ignore[misc]
    """An LSTM cell whose last input is `keep`: where it is 0, the state before that step is cleared."""

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Weights as of an LSTM without that last input."""
        super().build((*input_shape[:-1], int(input_shape[-1] or 0) - 1))

    def call(self, inputs: Any, states: Any, **options: Any) -> Any:
        """One step: inputs [B, E + 1], states [h, c] of [B, units] each."""
        keep = inputs[:, -1:]
        return super().call(inputs[:, :-1], [state * keep for state in states], **options)


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the network's weights: fields, LSTM layers and units, and the dropout between them."""

    fields: tuple[Field, ...]
    layers: int = 2
    units: int = 256
    dropout: float = 0.1


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers, by what they are. E = units, H = units; Keras' gate order (i, f, g, o) in the kernels.

    embeddings: field -> [input ids, E]; layers: (kernel [E, 4H], recurrent [H, 4H], bias [4H]) from the bottom;
    heads: field -> (kernel [H, N], bias [N]); tables: (field, earlier field) -> [N(earlier), N(field)].
    """

    embeddings: dict[str, Array]
    layers: tuple[tuple[Array, Array, Array], ...]
    heads: dict[str, tuple[Array, Array]]
    tables: dict[tuple[str, str], Array]

    @property
    def parameters(self) -> int:
        """How many numbers were trained."""
        arrays = [*self.embeddings.values(), *self.tables.values()]
        arrays += [array for group in (*self.layers, *self.heads.values()) for array in group]
        return sum(array.size for array in arrays)


class Network:
    """The network for one batch shape; its LSTM states are carried from batch to batch."""

    def __init__(self, shape: Shape, streams: int, chunk: int) -> None:
        """Build with fresh weights, drawn from Keras' seed (see `keras.utils.set_random_seed`)."""
        self.shape = shape
        batch = (streams, chunk)
        names = [field.name for field in shape.fields]
        given = {name: keras.Input(batch_shape=batch, dtype="int32", name=name) for name in names}
        due = {name: keras.Input(batch_shape=batch, dtype="int32", name=f"due_{name}") for name in names[:-1]}
        keep = keras.Input(batch_shape=(*batch, 1), name="keep")
        self._embeddings = {
            f.name: keras.layers.Embedding(
                f.input_size,
                shape.units,
                keras.initializers.RandomNormal(stddev=EMBEDDING_SPREAD),
                name=f"embed_{f.name}",
            )
            for f in shape.fields
        }
        self._rnns = [
            keras.layers.RNN(FreshStartCell(shape.units), return_sequences=True, stateful=True, name=f"lstm_{index}")
            for index in range(shape.layers)
        ]
        self._heads = {f.name: keras.layers.Dense(f.size, name=f"head_{f.name}") for f in shape.fields}
        self._tables = {
            (later.name, earlier.name): keras.layers.Embedding(
                earlier.size, later.size, embeddings_initializer="zeros", name=f"{later.name}_given_{earlier.name}"
            )
            for later, earlier in conditions(shape.fields)
        }
        bare = self._heads_over(self._top(given, keep))
        logits = {name: self._told(bare[name], name, due) for name in names}
        self.model = keras.Model({**given, **{f"due_{name}": due[name] for name in due}, "keep": keep}, logits)
        self._bare = keras.Model({**given, "keep": keep}, bare)
        self._sums = tf.function(self._losses, autograph=False, jit_compile=False)

    def _top(self, given: dict[str, Any], keep: Any) -> Any:
        """The top layer's output [B, T, H], with dropout above each layer."""
        top = keras.layers.add([self._embeddings[name](given[name]) for name in given])
        for rnn in self._rnns:
            top = rnn(keras.layers.concatenate([top, keep]))
            if self.shape.dropout:
                top = keras.layers.Dropout(self.shape.dropout)(top)
        return top

    def _heads_over(self, top: Any) -> dict[str, Any]:
        """Each field's logits, before what earlier fields add."""
        return {name: head(top) for name, head in self._heads.items()}

    def _told(self, logits: Any, name: str, due: dict[str, Any]) -> Any:
        """A field's logits with the rows that the earlier fields of the same note add to them."""
        rows = [table(due[earlier]) for (later, earlier), table in self._tables.items() if later == name]
        return keras.layers.add([logits, *rows]) if rows else logits

    def twin(self, streams: int, chunk: int) -> "Network":
        """The same weights for another batch shape, with clear states."""
        other = Network(self.shape, streams, chunk)
        for mine, its in zip(self.model.trainable_variables, other.model.trainable_variables, strict=True):
            its.assign(mine)
        return other

    def begin_from(self, weights: Weights) -> None:
        """Take these weights, of a network of the same shape.

        Raises:
            ValueError: they are of another shape.
        """
        for name, embedding in self._embeddings.items():
            embedding.set_weights([weights.embeddings[name]])
        for rnn, layer in zip(self._rnns, weights.layers, strict=True):
            for variable, value in zip(rnn.trainable_weights, layer, strict=True):
                variable.assign(value)
        for name, head in self._heads.items():
            head.set_weights(weights.heads[name])
        for pair, table in self._tables.items():
            table.set_weights([weights.tables[pair]])

    def compile(self, clip: float = 1.0) -> None:
        """Make it ready for `train`: Adam, gradients clipped by their global norm."""
        losses = {name: keras.losses.SparseCategoricalCrossentropy(from_logits=True) for name in self._heads}
        self.model.compile(keras.optimizers.Adam(global_clipnorm=clip), loss=losses, jit_compile=False)

    def train(self, batch: Batch, rate: float) -> float:
        """One step of learning, at this learning rate; the batch's nats, summed over what counts."""
        self.model.optimizer.learning_rate.assign(rate)
        due = {field.name: batch.due[:, :, index] for index, field in enumerate(self.shape.fields)}
        counts = {field.name: batch.counts[:, :, index] for index, field in enumerate(self.shape.fields)}
        means = self.model.train_on_batch(self._inputs(batch), due, sample_weight=counts, return_dict=True)
        return float(means["loss"]) * batch.keep.size

    def losses(self, batch: Batch) -> Array:
        """Nats of this batch by field, summed over what counts, without learning. Shape [F]."""
        return np.asarray(self._sums(self._inputs(batch), batch.due, batch.counts))

    def logits(self, batch: Batch) -> dict[str, Array]:
        """The heads' logits [B, T, N], before what earlier fields add to them."""
        given = {name: value for name, value in self._inputs(batch).items() if not name.startswith("due_")}
        return {name: np.asarray(value) for name, value in self._bare(given, training=False).items()}

    @property
    def variables(self) -> list[Any]:
        """Everything that learning changes but the optimizer and the LSTM states: weights, and the dropout's seeds."""
        return list(self.model.variables)

    @property
    def states(self) -> list[Array]:
        """The LSTM states, [streams, units] each: h and c of the bottom layer, then of the next."""
        return [np.asarray(state) for rnn in self._rnns for state in rnn.states]

    @states.setter
    def states(self, values: Sequence[Array]) -> None:
        variables = [state for rnn in self._rnns for state in rnn.states]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def weights(self) -> Weights:
        """The trained numbers."""
        return Weights(
            embeddings={name: _values(layer)[0] for name, layer in self._embeddings.items()},
            layers=tuple((kernel, recurrent, bias) for kernel, recurrent, bias in map(_values, self._rnns)),
            heads={
                name: (kernel, bias)
                for name, (kernel, bias) in zip(self._heads, map(_values, self._heads.values()), strict=True)
            },
            tables={pair: _values(layer)[0] for pair, layer in self._tables.items()},
        )

    def _inputs(self, batch: Batch) -> dict[str, Any]:
        inputs: dict[str, Any] = {"keep": batch.keep[:, :, None]}
        for index, field in enumerate(self.shape.fields):
            inputs[field.name] = batch.given[:, :, index]
            if index + 1 < len(self.shape.fields):
                inputs[f"due_{field.name}"] = batch.due[:, :, index]
        return inputs

    def _losses(self, inputs: dict[str, Any], due: Any, counts: Any) -> Any:
        logits = self.model(inputs, training=False)
        sums = []
        for index, field in enumerate(self.shape.fields):
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(due[:, :, index], logits[field.name])
            sums.append(tf.reduce_sum(nats * counts[:, :, index]))
        return tf.stack(sums)


def _values(layer: Any) -> list[Array]:
    return [np.asarray(weight) for weight in layer.trainable_weights]
