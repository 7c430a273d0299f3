"""Gentle biases towards how the human plays: factors for a field's classes. Engine process; pure.

All have one shape: where the human plays, the factor is 1, so that a model which follows by itself is left alone;
outside it falls, never to 0: what is lowered is still played if the model is sure enough of it. `knob`, 0 to 1, is the
exponent of the whole: at 0 nothing is changed.
"""

import math
from collections.abc import Sequence
from statistics import quantiles

import numpy as np

from exported.heads import Floats
from midi.names import PITCH_CLASSES
from midi.tokens import END, PITCH, WAIT, WAIT_TICKS
from realtime.engine_process.key import Doubles, in_scale

FOREIGN = math.log(100)
"""A pitch outside the scale is so much less likely, in nats, at knob 1."""
SEMITONE = 1.0
"""Nats, at knob 1, that a pitch loses for each semitone outside the human's register."""
NEAR_OCTAVES = 0.5
"""A wait up to a factor of 1.41 beyond the human's usual ones loses nothing: a dotted note is no other pace."""
OCTAVE = 20.0
"""Nats, at knob 1, that a wait loses for each doubling, or halving, beyond those."""
FURTHEST = 40.0
"""Nats at most that register or density take off, at knob 1: float32 ends somewhere."""
USUAL_CHORDS = 0.5
"""The share of notes that strike together with the note before from which on chords are left to the model."""
TOGETHER = 8.0
"""Nats, at knob 1, that striking together loses if the human never does: lowering other waits would raise clusters."""
QUARTERS = 4
"""A human's usual waits are those of the two inner quarters: a rest, or a grace note, is no pace."""

_PITCHES = np.arange(PITCH.size, dtype=np.float64)
_OCTAVES = np.log2(np.array([*WAIT_TICKS[1:]], np.float64))


def key_nats(pitches: Sequence[int], weights: Sequence[float]) -> Doubles:
    """What the key of notes takes off each pitch [128], in nats; `weights`, 0 to 1: how much each note still counts.

    A pitch class that was played loses nothing at weight 1, whatever the key, and the less its weight the more.
    """
    classes = np.array(pitches) % PITCH_CLASSES
    likely = in_scale(np.bincount(classes, weights, minlength=PITCH_CLASSES).astype(np.float64))
    np.maximum.at(likely, classes, weights)
    return np.asarray(FOREIGN * (likely - 1), np.float64)[np.arange(PITCH.size) % PITCH_CLASSES]


def register_nats(pitches: Sequence[int]) -> Doubles:
    """What the register of notes takes off each pitch [128], in nats: nothing between their lowest and highest."""
    return _fallen(_PITCHES, min(pitches), max(pitches), SEMITONE)


def density_nats(waits: Sequence[int], *, shared: bool = False) -> Doubles:
    """What the pace of notes takes off each wait's class [114], in nats; `waits`: ticks from each note to the next.

    `shared`: two play at once, whose waits are those from either's note to the next of either: half the human's are
    usual too. Of no wait, the share of notes that strike together decides. The end of the music is as it was.
    """
    nats = np.zeros(WAIT.size)
    together = (sum(wait == 0 for wait in waits) + 0.5) / (len(waits) + 1)
    nats[0] = -TOGETHER * max(0.0, 1 - together / USUAL_CHORDS)
    paces = [math.log2(wait) for wait in waits if wait]
    if paces:
        # Not numpy's: slow for so few, and the first time it imports masked arrays, 40 ms in the midst of playing.
        shortest, _, longest = quantiles(paces, n=QUARTERS, method="inclusive") if len(paces) > 1 else 3 * paces
        nats[1:END] = _fallen(_OCTAVES, shortest - NEAR_OCTAVES - shared, longest + NEAR_OCTAVES, OCTAVE)
    return nats


def _fallen(at: Doubles, lowest: float, highest: float, slope: float) -> Doubles:
    """Nats that fall by a slope outside a range. Straight lines: far outside too, nearer is likelier, and so drawn."""
    outside = np.maximum(np.maximum(lowest - at, at - highest), 0)
    return np.asarray(np.maximum(-slope * outside, -FURTHEST), np.float64)


def factors(nats: Doubles) -> Floats:
    """What nats do to probabilities."""
    return np.exp(nats).astype(np.float32)
