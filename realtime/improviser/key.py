"""The scale in which the human plays: how likely it holds each pitch class. Pure.

The key is found by correlation with the profiles of Krumhansl and Kessler (1982; in Krumhansl 1990, "Cognitive
Foundations of Musical Pitch", p. 30), as Krumhansl and Schmuckler do. Not the best key alone is believed, but each by
how well it fits: a phrase that could be of two keys leaves the notes of both.
"""

import numpy as np
import numpy.typing as npt

from midi.names import PITCH_CLASSES

Doubles = npt.NDArray[np.float64]

MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
"""The fit of each pitch class, from the tonic up by semitones."""
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11))
"""Semitones above the tonic: major; natural minor and its leading note."""
CERTAINTY = 20.0
"""A key whose correlation is 0.1 below another's is believed exp(2) times less."""


def _turned(row: Doubles) -> Doubles:
    """A row from the tonic up, for each tonic, from C up: [12, 12]."""
    return np.array([np.roll(row, tonic) for tonic in range(PITCH_CLASSES)])


def _unit(row: tuple[float, ...]) -> Doubles:
    centred = np.array(row) - np.mean(row)
    return np.asarray(centred / np.linalg.norm(centred), np.float64)


_PROFILES = np.concatenate([_turned(_unit(profile)) for profile in (MAJOR, MINOR)])
_MEMBERS = np.concatenate([_turned(np.isin(np.arange(PITCH_CLASSES), scale).astype(np.float64)) for scale in SCALES])


def in_scale(weights: Doubles) -> Doubles:
    """The probability that each pitch class is of the scale, [12] from C up.

    `weights` [12]: how much of each was played. Of no notes, or as many of each, nothing is known: 1 for all.
    """
    centred = weights - weights.mean()
    length = float(np.sqrt(centred @ centred))
    if length == 0:
        return np.ones(PITCH_CLASSES)
    fits = np.exp(CERTAINTY * (_PROFILES @ centred / length - 1))
    likely: Doubles = fits @ _MEMBERS / fits.sum()
    return likely
