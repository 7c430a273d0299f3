"""Biases towards the human as they have played until now: what multiplies the probabilities of the next draw. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from exported.heads import Floats
from exported.sampling import Bias
from midi.notes import TICKS_PER_BEAT, Note
from midi.tokens import PEDAL, PITCH, WAIT, WAIT_TICKS, Field
from midi.touch import PEDAL_UP
from realtime.improviser.bias_nats import together_odds

_WAIT_PLACES = np.array(WAIT_TICKS) % TICKS_PER_BEAT
Factors = tuple[Floats | None, ...]


@dataclass(slots=True)
class Biases:
    """Biases each draw. Kept until the human plays on, or a parameter changes."""

    factors: Factors
    """For each field, wherever the note before stands."""
    wait: int | None = None
    """The column of the wait."""
    places: Floats | None = None
    """For each place in the beat [24]."""
    step: Floats | None = None
    """For each step up within a chord [128], in semitones."""
    joined: Floats | None = None
    """For each pitch [128] of a note that joins a chord."""
    stacks: tuple[int, ...] = ()
    """The number of keys that the human struck at each onset; none: chords are left to the model."""
    highest: float = 127.0
    """The top of the human's register."""
    weight: float = 0.0
    """The weight of their chords, 0 to 1."""
    _by_phase: dict[int, Factors] = field(default_factory=dict)

    def after(self, last: Note | None, phase: int, sizes: Sequence[int] = ()) -> Bias:
        """The bias of the note after `last`, which stands `phase` ticks into its beat.

        `sizes`: by voice, how many notes are struck at its onset so far.
        """
        factors = self._factors(phase)
        if last is None or not self.stacks:
            return Bias(factors)
        beyond = max(0.0, last.pitch - self.highest)
        odds = tuple(together_odds(self.stacks, size) * 0.5**beyond if size else None for size in sizes)
        joined = self.joined
        if self.step is not None:
            steps = np.ones(PITCH.size, np.float32)
            steps[last.pitch :] = self.step[: PITCH.size - last.pitch]
            joined = steps if joined is None else steps * joined
        return Bias(factors, joined, odds, self.weight)

    def _factors(self, phase: int) -> Factors:
        if self.places is None or self.wait is None:
            return self.factors
        factors = self._by_phase.get(phase)
        if factors is None:
            waits = np.ones(WAIT.size, np.float32)
            waits[: len(WAIT_TICKS)] = self.places[(phase + _WAIT_PLACES) % TICKS_PER_BEAT]
            pace = self.factors[self.wait]
            if pace is not None:
                waits *= pace
            factors = (*self.factors[: self.wait], waits, *self.factors[self.wait + 1 :])
            self._by_phase[phase] = factors
        return factors


def with_pedal(factors: Factors, fields: Sequence[Field], knob: float) -> Factors:
    """The factors of each field, the pedal's so that it is down `knob` times as likely beside being up."""
    if knob == 1:
        return factors
    pedal = np.full(PEDAL.size, knob, np.float32)
    pedal[PEDAL_UP] = 1
    return tuple(pedal if field == PEDAL else before for field, before in zip(fields, factors, strict=True))
