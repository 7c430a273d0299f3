"""From a step's outputs to what is believed of the next note, field by field, each told the earlier ones. numpy only.

The arithmetic of `exported.card`: logits = relu(hidden + a row for each thing told) @ weights + bias. It is part of
the contract because the daemon draws by it and whoever scores a model scores by it.
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
        summed = hidden
        for column, table in zip(self.told, self.tables, strict=True):
            summed = summed + table[token[column]]
        logits: Floats = np.maximum(summed, ZERO).dot(self.weights)
        logits += self.bias
        return logits

    def likelihoods(self, hidden: Floats, token: Sequence[Any]) -> Floats:
        """Likelihoods of the classes beside the likeliest, which has 1: probabilities but for their sum."""
        likely = self.logits(hidden, token)
        if likely.ndim == 1:  # of one note, as the daemon draws it: numpy finds a place quicker than it reduces
            likely -= likely[likely.argmax()]
        else:
            likely -= likely.max(axis=-1, keepdims=True)
        np.exp(likely, out=likely)
        return likely

    def probabilities(self, hidden: Floats, token: Sequence[Any]) -> Floats:
        """Softmax of the logits, along the last axis."""
        likely = self.likelihoods(hidden, token)
        likely /= likely.sum(axis=-1, keepdims=True)
        return likely


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
