"""A model's playing, alone or after a phrase: note after note through its step, drawn by the daemon's own code.

Like the daemon, one session, batch 1. It imitates its own past, the phrase's notes too. It does not end: what is
measured is what happens in the long run.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from exported.heads import Floats
from exported.imitation import Imitation, Memory, looked_back_on, unit
from exported.sampling import Constraint, SamplingOptions, draw, nowhere
from midi.notes import ANSWER
from midi.tokens import PITCH, WAIT, WAIT_TICKS, Place
from training.pieces import Ints
from training.stepper import Stepper

PlaceOf = Callable[[int], Place]
"""The place in its bar of a tick, counted from the first onset."""


@dataclass(frozen=True, slots=True)
class Soloist:
    """A model of events, and how it is to play."""

    stepper: Stepper
    how: Imitation
    options: SamplingOptions

    def play(self, phrase: Ints, notes: int, seed: int, place_of: PlaceOf = nowhere) -> Ints:
        """Play `notes` notes after a phrase, ids [P, I], P 0 or more: ids [notes, I]."""
        run = _Run(self, len(phrase) + notes, np.random.default_rng(seed), place_of)
        for token in phrase.tolist():
            run.take_in(token)
        for _ in range(notes):
            run.take_in(run.drawn())
        return run.tokens[len(phrase) :]


class _Run:
    """One performance, of so many notes in all."""

    def __init__(self, player: Soloist, notes: int, rng: np.random.Generator, place_of: PlaceOf) -> None:
        step = player.stepper
        self._player, self._rng, self._place_of = player, rng, place_of
        self._names = [field.name for field in step.inputs]
        self._outputs = step.step(step.started(1), step.zeros(1))
        self._keys: Floats = np.zeros((notes, self._outputs["key"].shape[1]), np.float32)
        self.tokens: Ints = np.zeros((notes, len(step.inputs)), np.int32)
        self._taken = 0
        self._onset = 0
        """The last note's, in ticks."""

    def take_in(self, token: list[int]) -> None:
        """The next note, whoever played it."""
        index = self._taken
        self.tokens[index] = token
        self._keys[index] = unit(self._outputs["key"][0])
        self._onset += WAIT_TICKS[token[self._names.index(WAIT.name)]]
        self._outputs = self._player.stepper.step(self.tokens[index : index + 1], self._outputs["next_state"])
        self._taken += 1

    def drawn(self) -> list[int]:
        """The model's next note, told its place."""
        step, options = self._player.stepper, self._player.options
        hidden = [self._outputs[f"{field.name}_hidden"][0] for field in step.fields]
        memory = self._memory() if options.imitate else None
        ids = draw(step.heads, step.fields, hidden, memory, options, self._rng, self._constraint())
        place_ids = self._place_after(ids[self._names.index(WAIT.name)])
        return [*ids, *place_ids[: len(step.inputs) - len(ids)]]

    def _memory(self) -> Memory:
        """As the ring's: the notes that followed each earlier moment, those before any note left out."""
        first, end = (1 + moment for moment in looked_back_on(max(0, self._taken - 1)))
        keys, followed = self._keys[first:end], self.tokens[first:end]
        return Memory.recall(self._outputs["key"][0], keys, followed, self._player.how)

    def _constraint(self) -> Constraint:
        if not self._taken:
            return Constraint(ANSWER, 0, place_after=self._place_after)
        above = int(self.tokens[self._taken - 1, self._names.index(PITCH.name)])
        return Constraint(ANSWER, above=above, place_after=self._place_after)

    def _place_after(self, wait: int) -> Place:
        return self._place_of(self._onset + WAIT_TICKS[wait])
