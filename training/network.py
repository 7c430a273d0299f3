"""The network in Keras: embeddings of a note's ids, summed; LSTM layers; a head a field, each told the earlier ones.

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
from midi.tokens import VOICE, Field
from training.batches import Batch
from training.lstm import CarriedLSTM

Array = npt.NDArray[np.float32]

EMBEDDING_SPREAD = 0.5
"""Keras' own start, within 0.05, leaves the summed fields so faint that learning begins minutes later (measured)."""
CLIP = 1.0
"""The longest gradient that is followed as it is, by its global norm."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a network: fields, contexts, LSTM layers and units, the heads' width; and dropouts.

    `dropout` falls on the outputs of layers and heads, `weight_drop` on the recurrent kernels.
    """

    fields: tuple[Field, ...]
    given: tuple[Field, ...] = ()
    layers: int = 2
    units: int = 256
    width: int = 192
    dropout: float = 0.1
    weight_drop: float = 0.0

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The fields, then the contexts: the columns of a token."""
        return (*self.fields, *self.given)


@dataclass(frozen=True, slots=True)
class Weights:
    """The trained numbers, by what they are. E = H = units, D = width; gates stand as i, f, o, g.

    embeddings: input -> [input ids, E]; layers: (kernel [E, 4H], recurrent [H, 4H], bias [4H]) from the bottom;
    hidden: field -> (kernel [H, D], bias [D]); heads: field -> (kernel [D, N], bias [N]);
    tables: (field, told) -> [ids, D].
    """

    embeddings: dict[str, Array]
    layers: tuple[tuple[Array, Array, Array], ...]
    hidden: dict[str, tuple[Array, Array]]
    heads: dict[str, tuple[Array, Array]]
    tables: dict[tuple[str, str], Array]

    @property
    def parameters(self) -> int:
        """The number of trained parameters."""
        return sum(array.size for array in self.named().values())

    def named(self) -> dict[str, Array]:
        """All arrays by name, as `weights.npz` holds them."""
        named = {f"embedding/{name}": table for name, table in self.embeddings.items()}
        for index, layer in enumerate(self.layers):
            named |= {f"lstm/{index}/{what}": a for what, a in zip(("kernel", "recurrent", "bias"), layer, strict=True)}
        for group, pairs in (("hidden", self.hidden), ("head", self.heads)):
            for name, (kernel, bias) in pairs.items():
                named |= {f"{group}/{name}/kernel": kernel, f"{group}/{name}/bias": bias}
        return named | {f"table/{later}/{condition}": table for (later, condition), table in self.tables.items()}


class Network:
    """The network for one batch shape; its LSTM states are carried from batch to batch."""

    def __init__(self, shape: Shape, streams: int, chunk: int) -> None:
        """Build with fresh weights, drawn from Keras' seed (see `keras.utils.set_random_seed`)."""
        self.shape = shape
        batch = (streams, chunk)
        given = {f.name: keras.Input(batch_shape=batch, dtype="int32", name=f.name) for f in shape.inputs}
        due = {f.name: keras.Input(batch_shape=batch, dtype="int32", name=f"due_{f.name}") for f in shape.inputs}
        keep = keras.Input(batch_shape=(*batch, 1), name="keep")
        spread = keras.initializers.RandomNormal(stddev=EMBEDDING_SPREAD)
        self._embeddings = {
            f.name: keras.layers.Embedding(f.input_size, shape.units, spread, name=f"embed_{f.name}")
            for f in shape.inputs
        }
        self._lstms = [
            CarriedLSTM(shape.units, shape.weight_drop, name=f"lstm_{index}") for index in range(shape.layers)
        ]
        self._hidden = {f.name: keras.layers.Dense(shape.width, name=f"hidden_{f.name}") for f in shape.fields}
        self._heads = {f.name: keras.layers.Dense(f.size, name=f"head_{f.name}") for f in shape.fields}
        self._tables = {
            (later.name, condition.name): keras.layers.Embedding(
                condition.input_size if condition in shape.given else condition.size,
                shape.width,
                embeddings_initializer="zeros",
                name=f"{later.name}_given_{condition.name}",
            )
            for later, condition in conditions(shape.fields, shape.given)
        }
        hidden = self._hidden_over(self._top(given, keep))
        logits = {name: self._told(hidden[name], name, due) for name in hidden}
        condition = {condition for _, condition in self._tables}
        inputs = {**given, **{f"due_{name}": due[name] for name in due if name in condition}, "keep": keep}
        self.model = keras.Model(inputs, logits)
        self._bare = keras.Model({**given, "keep": keep}, hidden)
        self._optimizer: Any = None
        self._sums = tf.function(self._losses, autograph=False, jit_compile=False)
        self._step = tf.function(self._learn, autograph=False, jit_compile=False)

    def _top(self, given: dict[str, Any], keep: Any) -> Any:
        """The top layer's output [B, T, H], with dropout above each layer."""
        embedded = [self._embeddings[name](given[name]) for name in given]
        top = keras.layers.add(embedded) if len(embedded) > 1 else embedded[0]
        for lstm in self._lstms:
            top = self._dropped(lstm(top, keep))
        return top

    def _dropped(self, tensor: Any) -> Any:
        """Dropout with one mask for all steps of a chunk (Gal and Ghahramani 2016); that spares random numbers too."""
        streams, _, width = tensor.shape
        return keras.layers.Dropout(self.shape.dropout, noise_shape=(streams, 1, width))(tensor)

    def _hidden_over(self, top: Any) -> dict[str, Any]:
        """Each head's hidden layer [B, T, D], before what it is told is added."""
        return {name: layer(top) for name, layer in self._hidden.items()}

    def _told(self, hidden: Any, name: str, due: dict[str, Any]) -> Any:
        """A field's logits, with the rows that what is told of the same note adds to the hidden layer."""
        rows = [table(due[condition]) for (later, condition), table in self._tables.items() if later == name]
        total = keras.layers.add([hidden, *rows]) if rows else hidden
        return self._heads[name](self._dropped(keras.layers.ReLU()(total)))

    def twin(self, streams: int, chunk: int) -> "Network":
        """The same weights for another batch shape, with clear states."""
        other = Network(self.shape, streams, chunk)
        for mine, its in zip(self.model.trainable_variables, other.model.trainable_variables, strict=True):
            its.assign(mine)
        return other

    def begin_from(self, weights: Weights) -> None:
        """Take these weights, of a network of the same shape.

        Raises:
            KeyError, ValueError: they are of another shape.
        """
        for name, embedding in self._embeddings.items():
            embedding.set_weights([weights.embeddings[name]])
        for lstm, layer in zip(self._lstms, weights.layers, strict=True):
            for variable, value in zip(lstm.trainable_weights, layer, strict=True):
                variable.assign(value)
        for name in self._heads:
            self._hidden[name].set_weights(weights.hidden[name])
            self._heads[name].set_weights(weights.heads[name])
        for pair, table in self._tables.items():
            table.set_weights([weights.tables[pair]])

    @property
    def optimizer(self) -> Any:
        """Adam, made when it is first asked for."""
        if self._optimizer is None:
            self._optimizer = keras.optimizers.Adam(global_clipnorm=CLIP)
            self._optimizer.build(self.model.trainable_variables)
        return self._optimizer

    def train(self, batch: Batch, rate: float) -> float:
        """One step of learning, at this learning rate; the batch's nats, summed over what counts but the voice."""
        self.optimizer.learning_rate.assign(rate)
        return float(self._step(self._inputs(batch), batch.targets, batch.loss_mask))

    def losses(self, batch: Batch) -> Array:
        """Nats of this batch by field, summed over what counts, without learning. Shape [F]."""
        return np.asarray(self._sums(self._inputs(batch), batch.targets, batch.loss_mask))

    def hidden(self, batch: Batch) -> dict[str, Array]:
        """The heads' hidden layers [B, T, D], before what they are told is added."""
        given = {name: value for name, value in self._inputs(batch).items() if not name.startswith("due_")}
        return {name: np.asarray(value) for name, value in self._bare(given, training=False).items()}

    @property
    def variables(self) -> list[Any]:
        """Everything that learning changes but the optimizer and the LSTM states: weights, and the dropout's seeds."""
        states = {id(state) for lstm in self._lstms for state in lstm.states}
        return [variable for variable in self.model.variables if id(variable) not in states]

    @property
    def states(self) -> list[Array]:
        """The LSTM states, [streams, units] each: h and c of the bottom layer, then of the next."""
        return [np.asarray(state) for lstm in self._lstms for state in lstm.states]

    @states.setter
    def states(self, values: Sequence[Array]) -> None:
        variables = [state for lstm in self._lstms for state in lstm.states]
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    def weights(self) -> Weights:
        """The trained numbers."""
        return Weights(
            embeddings={name: _values(layer)[0] for name, layer in self._embeddings.items()},
            layers=tuple((kernel, recurrent, bias) for kernel, recurrent, bias in map(_values, self._lstms)),
            hidden={name: _pair(layer) for name, layer in self._hidden.items()},
            heads={name: _pair(layer) for name, layer in self._heads.items()},
            tables={pair: _values(layer)[0] for pair, layer in self._tables.items()},
        )

    def _inputs(self, batch: Batch) -> dict[str, Any]:
        inputs: dict[str, Any] = {"keep": batch.carry_mask[:, :, None]}
        for index, field in enumerate(self.shape.inputs):
            inputs[field.name] = batch.inputs[:, :, index]
            if f"due_{field.name}" in self.model.input:
                inputs[f"due_{field.name}"] = batch.targets[:, :, index]
        return inputs

    def _by_field(self, logits: dict[str, Any], due: Any, counts: Any) -> list[Any]:
        sums = []
        for index, field in enumerate(self.shape.fields):
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(due[:, :, index], logits[field.name])
            sums.append(tf.reduce_sum(nats * counts[:, :, index]))
        return sums

    def _losses(self, inputs: dict[str, Any], due: Any, counts: Any) -> Any:
        return tf.stack(self._by_field(self.model(inputs, training=False), due, counts))

    def _learn(self, inputs: dict[str, Any], due: Any, counts: Any) -> Any:
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            sums = self._by_field(self.model(inputs, training=True), due, counts)
            loss = tf.add_n(sums) / float(due.shape[0] * due.shape[1])
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return tf.add_n([nats for field, nats in zip(self.shape.fields, sums, strict=True) if field != VOICE])


def _values(layer: Any) -> list[Array]:
    return [np.asarray(weight) for weight in layer.trainable_weights]


def _pair(layer: Any) -> tuple[Array, Array]:
    kernel, bias = _values(layer)
    return kernel, bias
