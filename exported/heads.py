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
    """One field's head. `columns`: for each table, the column of a token whose id picks the row."""

    columns: tuple[int, ...]
    tables: tuple[Floats, ...]
    weights: Floats
    bias: Floats

    def logits(self, hidden: Floats, token: Sequence[Any]) -> Floats:
        """The logits [N] or [B, N] of the field, by its hidden row(s) and the ids drawn so far.

        `hidden` is [D] or [B, D]. `token` holds, at these columns, an id or an array [B] of ids; what stands at
        other columns does not matter.
        """
        summed = hidden
        for column, table in zip(self.columns, self.tables, strict=True):
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


def heads_of(fields: Sequence[Field], contexts: Sequence[Field], constants: Mapping[str, Floats]) -> tuple[Head, ...]:
    """The heads of a graph, in drawing order, from its constant outputs by name.

    A table that lacks rows for START and unknown is given zeros: they tell nothing.
    """
    sizes = {field.name: field.input_size for field in (*fields, *contexts)}
    columns = {field.name: column for column, field in enumerate((*fields, *contexts))}
    pairs = [(later.name, condition.name) for later, condition in conditions(fields, contexts)]
    return tuple(
        Head(
            tuple(columns[condition] for later, condition in pairs if later == field.name),
            tuple(
                _completed(constants[f"{later}_given_{condition}"], sizes[condition])
                for later, condition in pairs
                if later == field.name
            ),
            constants[f"{field.name}_weights"],
            constants[f"{field.name}_bias"],
        )
        for field in fields
    )


def _completed(table: Floats, rows: int) -> Floats:
    return np.pad(table, ((0, rows - len(table)), (0, 0)))
