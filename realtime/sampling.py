"""Drawing the next note: field after field, each knowing what the earlier ones drew. Engine process."""

from dataclasses import dataclass

import numpy as np

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


def draw(
    model: StepModel, moment: Moment, temperature: float, rng: np.random.Generator, constraint: Constraint
) -> Token:
    """Draw the note after a moment. Takes one random number a field, whatever is drawn: a seed is a performance.

    If the wait is END, the other ids mean nothing. A model without dynamics draws the velocity UNKNOWN.
    """
    randoms = rng.random(len(model.fields))
    ids = [0, 0, 0, VELOCITY.unknown]
    for index, field in enumerate(model.fields):
        if index == 0 and constraint.wait is not None:
            ids[0] = constraint.wait
            continue
        logits = moment.logits[index]
        for earlier, table in enumerate(model.tables[index]):
            logits = logits + table[ids[earlier]]
        classes = constraint.allowed(field, ids[0])
        ids[index] = classes.start + _pick(logits[classes.start : classes.stop], temperature, randoms[index])
    return ids[0], ids[1], ids[2], ids[3]


def _pick(logits: Floats, temperature: float, random: float) -> int:
    if temperature == 0:
        return int(logits.argmax())
    weights = np.exp((logits - logits.max()) / temperature)
    weights[weights < MIN_P] = 0
    cumulative = weights.cumsum()
    return int(cumulative.searchsorted(random * cumulative[-1], side="right"))
