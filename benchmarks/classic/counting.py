"""Counting names: the interpolated n-gram of `training.counts` over one field, its lengths chosen on other pieces."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from training.counts import Drawings, Joined, Probabilities, chain, static, within
from training.pieces import Ints

LENGTHS = (1, 2, 3, 4, 5, 6)
"""Names of history in the longest context: what is tried on the validation pieces;"""
ADAPTS_FROM = (0, 1, 2, 3)
"""and the shortest context that is counted within the piece."""


class Form(NamedTuple):
    """The lengths that were the best on the validation pieces."""

    static: int
    """Names in the longest context of the n-gram that counts the training pieces alone."""
    longest: int
    """Those of the one that counts within the piece as well,"""
    adapts_from: int
    """and names in the shortest context that it counts there."""
    nats: float
    """Its nats a name on the validation pieces."""


class _Counted:
    """Pieces foretold by counting the training pieces, and themselves."""

    def __init__(self, train: Sequence[Ints], pieces: Sequence[Ints], size: int) -> None:
        known, asked = _drawings(train), _drawings(pieces)
        self._static = static(known, asked, size)
        self._tallies = within(asked, _joined(pieces))

    def static(self, longest: int) -> float:
        """Nats a name with contexts of up to so many names."""
        return _nats(self._static[longest])

    def adapting(self, longest: int, adapts_from: int) -> float:
        """The same, counting within the piece too."""
        return _nats(chain(self._tallies[adapts_from : longest + 1], self._static[longest]))


def chosen_form(train: Sequence[Ints], valid: Sequence[Ints], size: int) -> Form:
    """Count `train`, choose the lengths on `valid`; ids [N, 1] each, below `size`."""
    counted = _Counted(train, valid, size)
    forms = [(longest, least) for longest in LENGTHS for least in ADAPTS_FROM if least <= longest]
    best = min(forms, key=lambda form: counted.adapting(*form))
    return Form(min(LENGTHS, key=counted.static), *best, counted.adapting(*best))


def _joined(pieces: Sequence[Ints]) -> Joined:
    return Joined([len(piece) for piece in pieces])


def _drawings(pieces: Sequence[Ints]) -> Drawings:
    names = np.concatenate(pieces)[:, 0].astype(np.int64)
    return Drawings(_joined(pieces).contexts(names, LENGTHS[-1]), names)


def _nats(probabilities: Probabilities) -> float:
    return float(-np.log(probabilities).mean())
