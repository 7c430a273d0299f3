"""From a step's outputs to what is believed of the next note, field by field, each told the earlier ones. numpy only.

The arithmetic of `exported.card`: logits = relu(hidden + a row for each thing told) @ weights + bias. It stands at the
hinge because the daemon draws by it and whoever scores a model scores by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from exported.card import conditions
from midi.tokens import Field

Floats = npt.NDArray[np.float32]
ZERO = np.zeros((), np.float32)
"""Spares numpy the conversion of a Python number, which takes longer than the sums of a row."""


@dataclass(frozen=True, slots=True)
class Head:
    """One field's head. `told`: for each table, the column of a token whose id picks the row."""

    told: tuple[int, ...]
    tables: tuple[Floats, ...]
    weights: Floats
    bias: Floats

    def logits(self, hidden: Floats, token: Sequence[Any]) -> Floats:
        """The logits [N] or [B, N] of the field, given its hidden row(s) and the ids told so far.

        `hidden` is [D] or [B, D]. `token` holds, at the columns `told`, an id or an array [B] of ids; what stands at
        other columns does not matter.
        """
        summed = hidden.copy()
        for column, table in zip(self.told, self.tables, strict=True):
            summed += table[token[column]]
        np.maximum(summed, ZERO, out=summed)
        logits: Floats = summed.dot(self.weights)
        logits += self.bias
        return logits

    def probabilities(self, hidden: Floats, token: Sequence[Any]) -> Floats:
        """Softmax of the logits, along the last axis."""
        weights = self.logits(hidden, token)
        if weights.ndim == 1:  # of one note, as the daemon draws it: numpy is quicker at it without axes
            weights -= np.maximum.reduce(weights)
            np.exp(weights, out=weights)
            weights /= np.add.reduce(weights)
            return weights
        weights -= np.maximum.reduce(weights, axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= np.add.reduce(weights, axis=-1, keepdims=True)
        return weights


def heads_of(fields: Sequence[Field], given: Sequence[Field], constants: Mapping[str, Floats]) -> tuple[Head, ...]:
    """The heads of a graph, in drawing order, from its constant outputs by name."""
    columns = {field.name: column for column, field in enumerate((*fields, *given))}
    heads = []
    for field in fields:
        told = [other.name for later, other in conditions(fields, given) if later.name == field.name]
        heads.append(
            Head(
                tuple(columns[name] for name in told),
                tuple(constants[f"{field.name}_given_{name}"] for name in told),
                constants[f"{field.name}_weights"],
                constants[f"{field.name}_bias"],
            )
        )
    return tuple(heads)
