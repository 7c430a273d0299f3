"""What a model plays, alone or after a phrase: note after note through its step, drawn by the daemon's own code.

Like the daemon, one session, batch 1. It imitates its own past, the phrase's notes too. It does not end: what is
measured is what happens in the long run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exported.imitation import REMEMBERED, Imitation, Memory, unit
from exported.sampling import Constraint, Taste, draw, nowhere
from midi.notes import ANSWER
from midi.tokens import PITCH, WAIT, WAIT_TICKS, Place
from training.alphabet import column
from training.stepper import Stepper
from training.works import Ints


@dataclass(frozen=True, slots=True)
class Soloist:
    """A model of events, and how it is to play."""

    stepper: Stepper
    how: Imitation
    taste: Taste

    def play(self, phrase: Ints, notes: int, seed: int, place_of: Callable[[int], Place] = nowhere) -> Ints:
        """So many notes after a phrase, ids [P, I], P 0 or more: ids [notes, I].

        `place_of`: where in its bar a tick stands, counted from the phrase's first onset.
        """
        step, rng = self.stepper, np.random.default_rng(seed)
        count, wait_at = len(phrase) + notes, column(self.stepper.fields, WAIT)
        if wait_at is None:
            raise ValueError("a model of events has a wait")
        tokens = np.zeros((count, len(step.inputs)), np.int32)
        tokens[: len(phrase)] = phrase
        outputs = step.step(step.started(1), step.zeros(1))
        keys = np.zeros((count, outputs["key"].shape[1]), np.float32)
        onset = 0
        for place in range(count):
            key = outputs["key"][0]
            if place >= len(phrase):
                first = max(1, place - REMEMBERED)
                memory = (
                    Memory.recall(key, keys[first:place], tokens[first:place], self.how) if self.taste.imitate else None
                )
                hidden = [outputs[f"{field.name}_hidden"][0] for field in step.fields]
                constraint = self._constraint(tokens[:place], onset, place_of)
                drawn = draw(step.heads, step.fields, hidden, memory, self.taste, rng, constraint)
                told = place_of(onset + WAIT_TICKS[drawn[wait_at]])
                tokens[place] = (*drawn, *told[: len(step.inputs) - len(drawn)])
            onset += WAIT_TICKS[tokens[place, wait_at]]
            keys[place] = unit(key)
            outputs = step.step(tokens[place : place + 1], outputs["next_state"])
        return tokens[len(phrase) :]

    def _constraint(self, before: Ints, onset: int, place_of: Callable[[int], Place]) -> Constraint:
        def place_after(wait: int) -> Place:
            return place_of(onset + WAIT_TICKS[wait])

        if not len(before):
            return Constraint(ANSWER, 0, place_after=place_after)
        pitch = column(self.stepper.fields, PITCH)
        return Constraint(ANSWER, above=int(before[-1, pitch]), place_after=place_after)
