"""A drummer's fills: at the end of every fourth bar toms and quicker strokes grow likely, then a crash. Pure.

By how much, the Groove MIDI Dataset says: of its 647 recordings that are fills, beside its 503 beats, in the part that
the drummer learned from.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from exported.heads import Floats
from exported.sampling import Bias
from midi.drum_keys import STROKE_TICKS, TOMS
from midi.notes import Note
from midi.tokens import PITCH, WAIT, WAIT_TICKS, Field
from realtime.improviser.grid import Grid

BARS = 4
"""A phrase has so many bars; the second half of its last one is the fill."""
FILL_PITCHES = {
    36: -0.50,
    37: -0.66,
    38: 0.46,
    42: -0.87,
    43: 1.75,
    44: -0.63,
    46: -0.79,
    47: 0.97,
    49: -0.08,
    50: 1.27,
    51: -2.11,
    53: -4.96,
    57: -0.29,
}
"""Nats by which a key is likelier in fills than in beats."""
FILL_WAITS = {3: 0.42, 6: -0.05, 8: 0.25, 9: -0.21, 12: -0.38, 16: 0.27, 24: -0.60}
"""The same of waits, in ticks."""
BETWEEN_PITCHES = {key: -FILL_PITCHES[key] for key in TOMS}
"""Between fills the toms rest as much: a model that has heard itself fill would go on filling."""
ARRIVAL_PITCHES = {49: 2.0, 57: 2.0}
"""On the downbeat after a fill a cymbal crashes; chosen by ear."""
STRONGEST = 4.0
"""At knob 1 all this counts so many times."""


class Fills:
    """Biases the draws of a plan. `knob`, 0 to 1: how strongly."""

    def __init__(self, grid: Grid, begin: int, fields: Sequence[Field], knob: float) -> None:
        """Count bars from that of a tick on."""
        names = [field.name for field in fields]
        self._grid = grid
        self._begin = begin
        self._pitch, self._wait = names.index(PITCH.name), names.index(WAIT.name)
        self._fill = _factors(FILL_PITCHES, PITCH.size, knob)
        self._between = _factors(BETWEEN_PITCHES, PITCH.size, knob)
        self._arrival = _factors(ARRIVAL_PITCHES, PITCH.size, knob)
        self._waits = _factors({WAIT_TICKS.index(ticks): nats for ticks, nats in FILL_WAITS.items()}, WAIT.size, knob)
        self._nothing: tuple[None, ...] = (None,) * len(names)

    def onto(self, bias: Bias | None, last: Note) -> Bias:
        """The bias of the note after `last`, with that of the place where it is expected."""
        expected, joined = self._pitches_at(last.onset + STROKE_TICKS), self._pitches_at(last.onset)
        bias = bias or Bias(self._nothing)
        factors = list(bias.factors)
        joining = factors[self._pitch] if bias.joined is None else bias.joined
        factors[self._pitch] = _product(factors[self._pitch], expected)
        if expected is self._fill:
            factors[self._wait] = _product(factors[self._wait], self._waits)
        return Bias(tuple(factors), _product(joining, joined), bias.together, bias.weight)

    def _pitches_at(self, tick: int) -> Floats:
        """The factors of pitches at a tick: in a fill, right after one, or between."""
        bar = self._grid.bar_ticks(tick)
        downbeat = self._grid.next_bar(self._begin - bar + 1)
        ticks = tick - (self._begin if downbeat is None else downbeat)
        into_phrase = ticks % (BARS * bar)
        if into_phrase >= BARS * bar - bar // 2:
            return self._fill
        return self._arrival if into_phrase < STROKE_TICKS and ticks >= BARS * bar else self._between


def _factors(nats: Mapping[int, float], size: int, knob: float) -> Floats:
    factors = np.ones(size, np.float32)
    for index, more in nats.items():
        factors[index] = np.exp(STRONGEST * knob * more)
    return factors


def _product(first: Floats | None, second: Floats) -> Floats:
    return second if first is None else first * second
