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
from midi.tokens import TOUCH, VOICE, WAIT, Field
from training.lstm import CarriedLSTM
from training.steps import Batch

Array = npt.NDArray[np.float32]

EMBEDDING_SPREAD = 0.5
"""Keras' own start, within 0.05, leaves the summed fields so faint that learning begins minutes later (measured)."""
CLIP = 1.0
"""The longest gradient that is followed as it is, by its global norm."""


Weights = dict[str, Array]
"""The trained numbers by name. E = H = units, D = width; gates stand as i, f, o, g.

embedding/<input> [input ids, E]; lstm/<layer, 0 at the bottom>/kernel [E, 4H], /recurrent [H, 4H], /bias [4H];
hidden/<field>/kernel [H, D], /bias [D]; head/<field>/kernel [D, N], /bias [N]; table/<field>/<condition> [ids, D].
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a network: fields, contexts, LSTM layers and units, the heads' width; and dropouts.

    `dropout` falls on the outputs of layers and heads, `weight_drop` on the recurrent kernels.
    """

    fields: tuple[Field, ...]
    given: tuple[Field, ...]
    layers: int
    units: int
    width: int
    dropout: float = 0.0
    weight_drop: float = 0.0
    touch_width: int | None = None
    """The width of the heads of touch, which are told most and say least; None: as wide as the others."""

    def width_of(self, field: Field) -> int:
        """The width of a field's head."""
        return self.width if self.touch_width is None or field not in TOUCH else self.touch_width

    @property
    def partly_known(self) -> tuple[str, ...]:
        """The fields of touch that later heads are told of, of those notes of which they are known."""
        told = {condition.name for _, condition in conditions(self.fields, self.given)}
        return tuple(field.name for field in TOUCH if field in self.fields and field.name in told)

    @property
    def inputs(self) -> tuple[Field, ...]:
        """The fields, then the contexts: the columns of a token."""
        return (*self.fields, *self.given)

    @property
    def state_size(self) -> int:
        """Numbers of recurrent state: h and c of every layer, from the bottom."""
        return 2 * self.layers * self.units


class Network:
    """The network for one batch shape; its LSTM states are carried from batch to batch."""

    def __init__(self, shape: Shape, streams: int, chunk: int) -> None:
        """Build with fresh weights, drawn from Keras' seed (see `keras.utils.set_random_seed`)."""
        self.shape = shape
        batch = (streams, chunk)
        inputs = {f.name: keras.Input(batch_shape=batch, dtype="int32", name=f.name) for f in shape.inputs}
        targets = {f.name: keras.Input(batch_shape=batch, dtype="int32", name=f"due_{f.name}") for f in shape.inputs}
        keep = keras.Input(batch_shape=(*batch, 1), name="keep")
        known = {name: keras.Input(batch_shape=(*batch, 1), name=f"known_{name}") for name in shape.partly_known}
        self._layers = _layers(shape)
        top = self._top(inputs, keep)
        hidden = {f.name: self._layers[f"hidden/{f.name}"](top) for f in shape.fields}
        logits = {name: self._logits(hidden[name], name, targets, known) for name in hidden}
        conditioning = {condition.name for _, condition in conditions(shape.fields, shape.given)}
        due = {f"due_{name}": target for name, target in targets.items() if name in conditioning}
        due |= {f"known_{name}": mask for name, mask in known.items()}
        self.model = keras.Model({**inputs, **due, "keep": keep}, logits)
        self._bare = keras.Model({**inputs, "keep": keep}, hidden)
        self.optimizer = keras.optimizers.Adam(global_clipnorm=CLIP)
        self.optimizer.build(self.model.trainable_variables)
        self._forward = tf.function(lambda inputs: self.model(inputs, training=False), autograph=False)
        self._sums = tf.function(self._losses, autograph=False, jit_compile=False)
        self._step = tf.function(self._learn, autograph=False, jit_compile=False)

    @property
    def _lstms(self) -> list[CarriedLSTM]:
        return [self._layers[f"lstm/{index}"] for index in range(self.shape.layers)]

    def _top(self, inputs: dict[str, Any], keep: Any) -> Any:
        """The top layer's output [B, T, H], with dropout above each layer."""
        embedded = [self._layers[f"embedding/{name}"](ids) for name, ids in inputs.items()]
        top = keras.layers.add(embedded) if len(embedded) > 1 else embedded[0]
        for lstm in self._lstms:
            top = self._dropped(lstm(top, keep))
        return top

    def _dropped(self, tensor: Any) -> Any:
        """Dropout with one mask for all steps of a chunk (Gal and Ghahramani 2016); that spares random numbers too."""
        streams, _, width = tensor.shape
        return keras.layers.Dropout(self.shape.dropout, noise_shape=(streams, 1, width))(tensor)

    def _logits(self, hidden: Any, name: str, targets: dict[str, Any], known: dict[str, Any]) -> Any:
        """A field's logits, with the rows that what is told of the same note adds to the hidden layer.

        A field of touch that is not known adds none.
        """
        rows = []
        for later, condition in conditions(self.shape.fields, self.shape.given):
            if later.name == name:
                row = self._layers[f"table/{name}/{condition.name}"](targets[condition.name])
                rows.append(keras.layers.multiply([row, known[condition.name]]) if condition.name in known else row)
        total = keras.layers.add([hidden, *rows]) if rows else hidden
        return self._layers[f"head/{name}"](self._dropped(keras.layers.ReLU()(total)))

    def begin_from(self, weights: Weights) -> None:
        """Take these weights, of a network of the same shape.

        Raises:
            KeyError, ValueError: they are of another shape.
        """
        for name, variable in self._trained().items():
            variable.assign(weights[name])

    def weights(self) -> Weights:
        """The trained numbers, in memory of their own: TensorFlow may share a variable's."""
        return {name: np.asarray(variable).copy() for name, variable in self._trained().items()}

    def _trained(self) -> dict[str, Any]:
        """Keras' variables, by the names of their weights."""
        return {
            prefix if variable.name == "embeddings" else f"{prefix}/{variable.name}": variable
            for prefix, layer in self._layers.items()
            for variable in layer.trainable_weights
        }

    def train(self, batch: Batch, rate: float) -> float:
        """One step of learning, at this learning rate; the batch's nats, summed over what counts but the voice."""
        self.optimizer.learning_rate.assign(rate)
        return float(self._step(self._inputs(batch), batch.targets, batch.loss_mask, batch.has_beats))

    def losses(self, batch: Batch) -> Array:
        """Nats of this batch by field, summed over what counts, without learning. Shape [F]."""
        return np.asarray(self._sums(self._inputs(batch), batch.targets, batch.loss_mask, batch.has_beats))

    def logits(self, batch: Batch) -> dict[str, Array]:
        """The logits [B, T, N] of each field, given the targets before it."""
        return {name: np.asarray(value) for name, value in self._forward(self._inputs(batch)).items()}

    def hidden(self, batch: Batch) -> dict[str, Array]:
        """The heads' hidden layers [B, T, D], before what they are told is added."""
        inputs = {name: value for name, value in self._inputs(batch).items() if name in self._bare.input}
        return {name: np.asarray(value) for name, value in self._bare(inputs, training=False).items()}

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

    def _inputs(self, batch: Batch) -> dict[str, Any]:
        inputs: dict[str, Any] = {"keep": batch.carry_mask[:, :, None]}
        for index, field in enumerate(self.shape.inputs):
            inputs[field.name] = batch.inputs[:, :, index]
            if f"due_{field.name}" in self.model.input:
                inputs[f"due_{field.name}"] = batch.targets[:, :, index]
            if field.name in self.shape.partly_known:
                inputs[f"known_{field.name}"] = batch.loss_mask[:, :, index, None]
        return inputs

    def _by_field(self, logits: dict[str, Any], due: Any, counts: Any, has_beats: Any) -> list[Any]:
        sums = []
        for index, field in enumerate(self.shape.fields):
            nats = tf.nn.sparse_softmax_cross_entropy_with_logits(due[:, :, index], logits[field.name])
            if field == WAIT and has_beats is not None:
                nats = tf.where(has_beats > 0, nats, _togetherness(due[:, :, index], logits[field.name]))
            sums.append(tf.reduce_sum(nats * counts[:, :, index]))
        return sums

    def _losses(self, inputs: dict[str, Any], due: Any, counts: Any, has_beats: Any) -> Any:
        return tf.stack(self._by_field(self.model(inputs, training=False), due, counts, has_beats))

    def _learn(self, inputs: dict[str, Any], due: Any, counts: Any, has_beats: Any) -> Any:
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            sums = self._by_field(self.model(inputs, training=True), due, counts, has_beats)
            loss = tf.add_n(sums) / float(due.shape[0] * due.shape[1])
        self.optimizer.apply(tape.gradient(loss, variables), variables)
        return tf.add_n([nats for field, nats in zip(self.shape.fields, sums, strict=True) if field != VOICE])


def _togetherness(due: Any, logits: Any) -> Any:
    """Nats of whether a wait is 0, whatever it is otherwise."""
    likely = tf.nn.log_softmax(logits)
    later = tf.reduce_logsumexp(likely[:, :, 1:], axis=-1)
    return -tf.where(tf.equal(due, 0), likely[:, :, 0], later)


def _layers(shape: Shape) -> dict[str, Any]:
    """The layers with trained weights, by the first words of their names in `Weights`.

    TensorFlow may add up in the order of layers' own names: others give slightly other weights.
    """
    layers = keras.layers
    spread = keras.initializers.RandomNormal(stddev=EMBEDDING_SPREAD)
    made: dict[str, Any] = {
        f"embedding/{f.name}": layers.Embedding(f.input_size, shape.units, spread, name=f"embed_{f.name}")
        for f in shape.inputs
    }
    for index in range(shape.layers):
        made[f"lstm/{index}"] = CarriedLSTM(shape.units, shape.weight_drop, name=f"lstm_{index}")
    made |= {f"hidden/{f.name}": layers.Dense(shape.width_of(f), name=f"hidden_{f.name}") for f in shape.fields}
    made |= {f"head/{f.name}": layers.Dense(f.size, name=f"head_{f.name}") for f in shape.fields}
    for later, condition in conditions(shape.fields, shape.given):
        rows = condition.input_size if condition in shape.given else condition.size
        name = f"{later.name}_given_{condition.name}"
        made[f"table/{later.name}/{condition.name}"] = layers.Embedding(rows, shape.width_of(later), "zeros", name=name)
    return made
