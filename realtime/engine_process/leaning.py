"""Gentle biases towards how the human plays: factors for a field's classes. Engine process; pure.

All have one shape: where the human plays, the factor is 1, so that a model which follows by itself is left alone;
outside it falls, softly and never to 0: what is lowered most is still played if the model is sure of it. `knob`, 0 to
1, is the exponent of the whole: at 0 nothing is changed.
"""

import math
from collections.abc import Sequence

import numpy as np

from exported.heads import Floats
from midi.names import PITCH_CLASSES
from midi.tokens import END, PITCH, WAIT, WAIT_TICKS
from realtime.engine_process.key import Doubles, in_scale

FOREIGN = math.log(100)
"""A pitch outside the scale is so much less likely, in nats, at knob 1."""
REACH_SEMITONES = 6.0
FURTHEST = 6.0
"""Nats at most that register or density take off, at knob 1."""
REACH_OCTAVES = 0.5
"""Of time: a wait a factor of 1.41 outside the human's is one standard deviation away."""
USUAL_CHORDS = 0.15
"""The share of notes that sound together with the note before, where neither one line nor chords are meant."""
FEWEST_CHORDS, MOST_CHORDS = -3.0, 1.5
"""Nats, at knob 1, for a human who plays one line, and for one who plays nothing but chords."""
INNER = (10.0, 90.0)
"""Percentiles between which a human's waits are the usual ones: a rest, or a grace note, is no pace."""

_PITCHES = np.arange(PITCH.size)
_OCTAVES = np.log2(np.array([*WAIT_TICKS[1:]], np.float64))


def key_nats(pitches: Sequence[int], weights: Sequence[float]) -> Doubles:
    """What the key of notes takes off each pitch [128], in nats; those that were played lose nothing."""
    classes = np.array(pitches) % PITCH_CLASSES
    likely = in_scale(np.bincount(classes, weights, minlength=PITCH_CLASSES).astype(np.float64))
    likely[classes] = 1.0
    return np.asarray(FOREIGN * (likely - 1), np.float64)[_PITCHES % PITCH_CLASSES]


def register_nats(pitches: Sequence[int]) -> Doubles:
    """What the register of notes takes off each pitch [128], in nats: nothing between their lowest and highest."""
    outside = np.maximum(np.maximum(min(pitches) - _PITCHES, _PITCHES - max(pitches)), 0)
    return _soft(outside / REACH_SEMITONES)


def density_nats(waits: Sequence[int]) -> Doubles:
    """What the pace of notes adds to each wait's class [114], in nats; `waits`: ticks from each note to the next.

    Of the waits that are none, the share of notes that sound together decides. The end of the music is as it was.
    """
    nats = np.zeros(WAIT.size)
    together = sum(wait == 0 for wait in waits)
    share = (together + 0.5) / (len(waits) + 1)
    usual = math.log(share / (1 - share)) - math.log(USUAL_CHORDS / (1 - USUAL_CHORDS))
    nats[0] = min(max(usual, FEWEST_CHORDS), MOST_CHORDS)
    paces = [math.log2(wait) for wait in waits if wait]
    if paces:
        shortest, longest = np.percentile(paces, INNER)
        nats[1:END] = _soft(np.maximum(np.maximum(shortest - _OCTAVES, _OCTAVES - longest), 0) / REACH_OCTAVES)
    return nats


def _soft(deviations: Doubles) -> Doubles:
    """A normal curve's nats, falling to FURTHEST at most."""
    fallen: Doubles = -FURTHEST * np.tanh(deviations**2 / (2 * FURTHEST))
    return fallen


def factors(nats: Doubles) -> Floats:
    """What nats do to probabilities."""
    return np.exp(nats).astype(np.float32)
