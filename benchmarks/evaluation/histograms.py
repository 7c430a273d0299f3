"""The likeness of two sets of pieces from afar: the pitch classes, leaps, waits and durations that they hold.

Histograms over all notes of a set: pitch class (12), as it is, and from the tonic of the piece's own key up: a model
that has learned every piece in every key plays in any; interval in semitones between the highest notes of successive
onsets; wait since the note before, in ticks (0: a chord); duration in ticks. Their distance is the
Jensen-Shannon divergence in nats (Lin 1991, "Divergence measures based on the Shannon entropy"): 0 for equal ones,
ln 2 = 0.693 for two that share nothing. Its natural level is what one half of the held-out pieces has to the other.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from benchmarks.evaluation.key import key_of
from benchmarks.evaluation.notes import top_line
from midi.tokens import WAIT_TICKS
from training.pieces import Ints

Doubles = npt.NDArray[np.float64]

LONGEST = WAIT_TICKS[-1]
"""Ticks: what is longer counts as this."""


def _pitch_classes(notes: Ints) -> Doubles:
    return _counted(notes[:, 2] % 12, 12)


def _degrees(notes: Ints) -> Doubles:
    return _counted((notes[:, 2] - key_of(notes).tonic) % 12, 12)


def _intervals(notes: Ints) -> Doubles:
    return _counted(np.diff(top_line(notes)) + 128, 256)


def _waits(notes: Ints) -> Doubles:
    return _counted(np.minimum(np.diff(notes[:, 0]), LONGEST), LONGEST + 1)


def _durations(notes: Ints) -> Doubles:
    return _counted(np.minimum(notes[:, 1], LONGEST), LONGEST + 1)


KINDS: dict[str, Callable[[Ints], Doubles]] = {
    "pitch class": _pitch_classes,
    "from tonic": _degrees,
    "interval": _intervals,
    "wait": _waits,
    "duration": _durations,
}
"""The counts of one piece, by the name they are printed under."""


def distances(pieces: Sequence[Ints], others: Sequence[Ints]) -> dict[str, float]:
    """By kind, the divergence in nats between two sets of pieces, notes [N, 3] each, none of the sets empty."""
    return {
        name: divergence(*(np.sum([count(piece) for piece in side], axis=0) for side in (pieces, others)))
        for name, count in KINDS.items()
    }


def natural_distances(pieces: Sequence[Ints]) -> dict[str, float]:
    """The distances between two halves of these pieces, at least two, dealt out by turns from the longest on."""
    dealt = sorted(pieces, key=len, reverse=True)
    return distances(dealt[::2], dealt[1::2])


def divergence(counts: Doubles, other: Doubles) -> float:
    """The Jensen-Shannon divergence, in nats, of histograms [K] of counts; one without any is as far as can be."""
    if not counts.sum() or not other.sum():
        return float(np.log(2)) if counts.sum() or other.sum() else 0.0
    p, q = counts / counts.sum(), other / other.sum()
    middle = (p + q) / 2
    return (_relative(p, middle) + _relative(q, middle)) / 2


def _relative(p: Doubles, q: Doubles) -> float:
    """Kullback and Leibler's divergence of p from q."""
    there = p > 0
    return float((p[there] * np.log(p[there] / q[there])).sum())


def _counted(symbols: npt.NDArray[np.integer], size: int) -> Doubles:
    return np.bincount(symbols, minlength=size).astype(np.float64)
