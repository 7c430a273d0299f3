"""Gentle biases towards how the human plays: factors for a field's classes. Pure.

All have one shape: where the human plays, the factor is 1, so that a model which follows by itself is left alone;
outside it falls, never to 0: what is lowered is still played if the model is sure enough of it. `knob`, 0 to 1, is the
exponent of the whole: at 0 nothing is changed.
"""

import math
from collections.abc import Collection, Sequence
from statistics import quantiles

import numpy as np

from exported.heads import Floats
from midi.names import PITCH_CLASSES
from midi.notes import TICKS_PER_BEAT
from midi.tokens import END, PITCH, WAIT, WAIT_TICKS
from realtime.improviser.key import Doubles, in_scale

FOREIGN = math.log(1000)
"""A pitch outside the scale is so much less likely, in nats, at knob 1."""
AWAITED, FORGOTTEN = 8, 0.92
"""A pitch class of the key that was not heard for more than so many notes is believed so much less for each more:
who improvises on a pentatonic scale uses none of the key's others."""
KEY_CLASSES = 5
"""With so many different pitch classes a key is believed, with one not at all."""
SEMITONE = 1.0
"""Nats, at knob 1, that a pitch loses for each semitone outside the human's register."""
LEAST_REGISTER, REGISTER_PITCHES = 18, 6
"""Semitones that the register of one pitch has; it narrows to what was played as more different pitches are, until so
many. Who has played one key has not said that it is all they have. (So wide for all, a tune two octaves lower was
followed by 51 % of the notes, not 91.)"""
WIDEST_STEP = 2
"""Semitones that the next note of a chord may lie nearer, or farther, than in the human's chords."""
NEAR_OCTAVES = 0.5
"""A wait up to a factor of 1.41 beyond the human's usual ones loses nothing: a dotted note is no other pace."""
QUICKEST = 3
"""Ticks, a thirty-second note: none shorter is usual, unless the human's are; beside a trill it would be a cluster."""
OCTAVE = 20.0
"""Nats, at knob 1, that a wait loses for each doubling, or halving, beyond those."""
PACE_WAITS = 4
"""With so many waits a pace is half believed."""
FURTHEST = 40.0
"""Nats at most that register or density take off, at knob 1: float32 ends somewhere."""
QUARTERS = 4
"""A human's usual waits are those of the two inner quarters: a rest, or a grace note, is no pace."""
CHORD_DOUBT, CHORD_CHANCE = 0.5, 0.2
"""The belief about stacks of notes before one was heard: as if of half a stack a fifth had gone on."""
MOST_ODDS = 50.0
OFF_GRID = 24.0
"""Nats, at knob 1, that an onset beside the human's grid loses: many, for scores make a model very sure of its own."""
GRID_ONSETS = 2
"""With so many onsets the grid is half believed."""

_PITCHES = np.arange(PITCH.size, dtype=np.float64)
_OCTAVES = np.log2(np.array([*WAIT_TICKS[1:]], np.float64))


def key_nats(
    pitches: Sequence[int], weights: Sequence[float], unheard: Sequence[int] = PITCH_CLASSES * (0,)
) -> Doubles:
    """The nats that the key of notes takes off each pitch [128]; `weights`, 0 to 1: how much each note still counts.

    `unheard` [12]: for how many changes of pitch each pitch class has not been heard. A pitch class that was played
    loses nothing at weight 1, whatever the key, and the less its weight the more. The fewer classes were heard, the
    less is said of any.
    """
    classes = np.array(pitches) % PITCH_CLASSES
    likely = in_scale(np.bincount(classes, weights, minlength=PITCH_CLASSES).astype(np.float64))
    likely *= FORGOTTEN ** np.maximum(np.array(unheard, np.float64) - AWAITED, 0)
    np.maximum.at(likely, classes, weights)
    belief = min(1.0, (len(set(classes.tolist())) - 1) / (KEY_CLASSES - 1))
    return np.asarray(belief * FOREIGN * (likely - 1), np.float64)[np.arange(PITCH.size) % PITCH_CLASSES]


def register_of(pitches: Sequence[int]) -> tuple[float, float]:
    """The register of notes, from and to, in MIDI note numbers: wide while few different ones were heard."""
    lowest, highest = min(pitches), max(pitches)
    doubt = max(0.0, 1 - (len(set(pitches)) - 1) / (REGISTER_PITCHES - 1))
    more = max(0.0, LEAST_REGISTER * doubt - (highest - lowest)) / 2
    return lowest - more, highest + more


def register_nats(pitches: Sequence[int], lowest_struck: Sequence[int] = ()) -> Doubles:
    """The nats that the register of notes takes off each pitch [128]: none within it.

    `lowest_struck`: of the chords among them the lowest notes, whose register within the other it is then.
    """
    lowest, highest = register_of(pitches)
    if lowest_struck:
        low, high = register_of(lowest_struck)
        lowest, highest = max(lowest, low), min(highest, high)
    return _fallen(_PITCHES, lowest, highest, SEMITONE)


def step_nats(steps: Sequence[int]) -> Doubles:
    """The nats that each step up from a chord's note to its next loses [128], by semitones; `steps`: the human's."""
    return _fallen(_PITCHES, min(steps) - WIDEST_STEP, max(steps) + WIDEST_STEP, SEMITONE)


def density_nats(waits: Sequence[int], *, shared: bool = False) -> Doubles:
    """The nats that the pace of notes takes off each wait's class [114]; `waits`: ticks from each note to the next.

    `shared`: two play at once, whose waits are those from either's note to the next of either: half the human's are
    usual too. Of notes that strike together it says nothing, nor of the end of the music.
    """
    nats = np.zeros(WAIT.size)
    paces = [math.log2(wait) for wait in waits if wait]
    if paces:
        # Not numpy's: slow for so few, and the first time it imports masked arrays, 40 ms in the midst of playing.
        shortest, _, longest = quantiles(paces, n=QUARTERS, method="inclusive") if len(paces) > 1 else 3 * paces
        belief = len(paces) / (len(paces) + PACE_WAITS) if len(paces) < PACE_WAITS else 1.0
        quickest = min(shortest, max(shortest - NEAR_OCTAVES - shared, math.log2(QUICKEST)))
        nats[1:END] = belief * _fallen(_OCTAVES, quickest, longest + NEAR_OCTAVES, OCTAVE)
    return nats


def together_odds(stacks: Sequence[int], size: int) -> float:
    """The odds that a stack of so many notes goes on, as the human's do; `stacks`: the sizes of theirs."""
    reached, went_on = (sum(stack >= least for stack in stacks) for least in (size, size + 1))
    chance = (went_on + CHORD_DOUBT * CHORD_CHANCE) / (reached + CHORD_DOUBT)
    return min(chance / max(1 - chance, 1e-9), MOST_ODDS)


def place_nats(places: Sequence[int], grids: Sequence[Collection[int]]) -> Doubles:
    """The nats that each place in the beat [24] loses: those that are no line of the grid on which the human plays.

    `places`: of the human's onsets, ticks of a beat. `grids`: the lines that a grid has, the likelier grid first. An
    onset that lies on no grid at all speaks for none, and for being free.
    """
    fits = [sum(tick in lines for tick in places) for lines in grids]
    best = max(range(len(grids)), key=lambda at: fits[at])
    share = fits[best] / (len(places) + GRID_ONSETS)
    nats = np.full(TICKS_PER_BEAT, -OFF_GRID * max(0.0, 2 * share - 1))
    nats[[*grids[best], *places]] = 0.0
    return nats


def _fallen(at: Doubles, lowest: float, highest: float, slope: float) -> Doubles:
    """Nats that fall by a slope outside a range. Straight lines: far outside too, nearer is likelier, and so drawn."""
    outside = np.maximum(np.maximum(lowest - at, at - highest), 0)
    return np.asarray(np.maximum(-slope * outside, -FURTHEST), np.float64)


def factors(knob: float, nats: Doubles) -> Floats | None:
    """The factors by which nats change probabilities, by the knob; None: by none."""
    return np.exp(knob * nats).astype(np.float32) if knob else None
