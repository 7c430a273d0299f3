"""The style of a phrase, by ear: a linear readout of what a model expects while it reads the phrase. numpy only.

The phrase is read from the beginning: the wait and the pitch of each note, all by one voice. Touch, bars and style are
hidden, and so are durations: they tell scores from playing, not styles, so that every tune that is played would be
jazz. The mean, over its notes, of the hidden rows of READ_FIELDS is what `weights` and `bias` read. They are constants
of the graph (`exported.card`), fitted by the trainer, who reads phrases by this same module.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from exported.card import READOUT_NAMES
from exported.heads import Floats
from midi.tokens import DURATION, PITCH, VOICE, WAIT, Field

READ_FIELDS = (WAIT, PITCH, DURATION)
"""The fields whose hidden rows are read, one after the other."""
KNOWN = (VOICE, WAIT, PITCH)
"""The fields that are known of a note as the phrase is read; all others are hidden."""


def read_columns(fields: Sequence[Field]) -> tuple[int, ...]:
    """The columns of READ_FIELDS among a model's fields."""
    return tuple(fields.index(field) for field in READ_FIELDS)


@dataclass(frozen=True, slots=True)
class StyleReadout:
    """The readout of a model. `weights` (D, STYLE.size), `bias` (STYLE.size,)."""

    columns: tuple[int, ...]
    weights: Floats
    bias: Floats

    @classmethod
    def of(cls, fields: Sequence[Field], constants: Mapping[str, Floats]) -> "StyleReadout | None":
        """The readout among a graph's constants; None: it has none."""
        if not constants.keys() >= set(READOUT_NAMES):
            return None
        weights, bias = (constants[name] for name in READOUT_NAMES)
        return cls(read_columns(fields), weights, bias)

    def row(self, hidden: Sequence[Floats]) -> Floats:
        """The row that is read after one note, (D,), from the hidden rows of every field."""
        return np.concatenate([hidden[column] for column in self.columns])

    def probabilities(self, mean: Floats) -> list[float]:
        """The probability of each of `midi.tokens.STYLES`, by the mean row (D,) of a phrase."""
        logits = mean @ self.weights + self.bias
        likely = np.exp(logits - logits.max())
        shares: list[float] = (likely / likely.sum()).tolist()
        return shares
