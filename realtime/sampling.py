"""Drawing the next note: field after field, each knowing what the earlier ones drew. Engine process."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exported.imitation import Memory
from midi.tokens import END, PITCH, VELOCITY, WAIT, Field, Token
from realtime.model import Floats, Moment, StepModel

MIN_P = 0.02
"""Classes less than this times as likely as the likeliest are not drawn (min-p sampling, Nguyen et al. 2024):
temperature alone would let the long tail of a softmax put a wrong note in every few bars."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """What the next note must be like, whatever the model thinks."""

    wait: int | None = None
    """The wait's id, if it is not to be drawn."""
    may_end: bool = False
    above: int | None = None
    """The pitch of the note before: a note at the same onset is above it (the canonical order)."""
    lowest: int = 21
    highest: int = 108
    """The pitches allowed; by default those of a piano."""

    def allowed(self, field: Field, wait: int) -> range:
        """The classes of a field that may be drawn; `wait` is the id drawn before (any, for the wait itself)."""
        if field.name == WAIT.name:
            chord_is_full = self.above is not None and self.above >= self.highest
            return range(int(chord_is_full), END + int(self.may_end))
        if field.name == PITCH.name:
            in_chord = wait == 0 and self.above is not None
            return range(max(self.lowest, self.above + 1) if in_chord and self.above else self.lowest, self.highest + 1)
        return range(field.size)


@dataclass(frozen=True, slots=True)
class Taste:
    """How to draw: `temperature` (0: the likeliest), and `imitate`, the weight of what this performance has shown."""

    temperature: float = 1.0
    imitate: float = 0.0


def draw(
    model: StepModel,
    moment: Moment,
    memory: Memory | None,
    taste: Taste,
    rng: np.random.Generator,
    constraint: Constraint,
) -> Token:
    """Draw the note after a moment. Takes one random number a field, whatever is drawn: a seed is a performance.

    `memory` is used up. If the wait is END, the other ids mean nothing. A model without dynamics draws the velocity
    UNKNOWN.
    """
    randoms = rng.random(len(model.fields))
    ids = [0, 0, 0, VELOCITY.unknown]
    for index, field in enumerate(model.fields):
        if index == 0 and constraint.wait is not None:
            ids[0] = constraint.wait
        else:
            probabilities = believed(model, moment, index, ids)
            if memory is not None:
                probabilities = memory.mix(probabilities, index, field.name, taste.imitate)
            classes = constraint.allowed(field, ids[0])
            allowed = probabilities[classes.start : classes.stop]
            ids[index] = classes.start + _pick(allowed, taste.temperature, randoms[index])
        if memory is not None:
            memory.agree(index, ids[index])
    return ids[0], ids[1], ids[2], ids[3]


def believed(model: StepModel, moment: Moment, index: int, ids: Sequence[int]) -> Floats:
    """The model's own probabilities (N,) of a field, given the ids of the fields before it."""
    logits = moment.logits[index]
    for earlier, table in enumerate(model.tables[index]):
        logits = logits + table[ids[earlier]]
    weights: Floats = np.exp(logits - logits.max())
    weights /= weights.sum()
    return weights


def _pick(probabilities: Floats, temperature: float, random: float) -> int:
    if temperature == 0:
        return int(probabilities.argmax())
    likeliest = probabilities.max()
    if likeliest == 0:
        return int(probabilities.argmax())
    weights = (probabilities / likeliest) ** np.float32(
        1 / temperature
    )  # the likeliest is 1: no underflow can empty it
    cumulative = np.where(weights < MIN_P, 0, weights).cumsum()
    return int(cumulative.searchsorted(random * cumulative[-1], side="right"))
