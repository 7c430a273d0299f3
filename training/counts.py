"""Counting what follows contexts, for arrays: n-grams without a dictionary in sight. Contexts are 64-bit hashes.

Interpolation is Witten and Bell's (1991): P(x|c) = (n(c,x) + d(c) P(x|shorter c)) / (n(c) + d(c)), with n(c)
occurrences of context c, n(c,x) of x after it, d(c) different continuations; the shortest backs off to a given base.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
Ids = npt.NDArray[np.int64]
Probabilities = npt.NDArray[np.float64]

_PRIME = np.uint64(0x9E3779B97F4A7C15)


def mixed(hashes: Hashes, symbols: npt.NDArray[np.integer]) -> Hashes:
    """The hash of a context with one more symbol (-1 and up) in it: splitmix64's finaliser."""
    z = hashes * _PRIME + (symbols.astype(np.int64) + 2).astype(np.uint64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


class Joined:
    """Pieces of so many notes each, end to end: what stood before each note in its own piece."""

    def __init__(self, lengths: Sequence[int]) -> None:
        self.piece = np.repeat(np.arange(len(lengths)), lengths)
        """The index of each note's piece."""
        self._place = np.arange(len(self.piece)) - np.repeat(np.cumsum([0, *lengths[:-1]]), lengths)

    def before(self, symbols: Ids, notes: int) -> Ids:
        """The symbol so many notes earlier in the same piece; -1 where the piece had not begun."""
        shifted = np.full(len(symbols), -1, np.int64)
        shifted[notes:] = symbols[: max(0, len(symbols) - notes)]
        return np.where(self._place >= notes, shifted, -1)

    def contexts(self, past: Ids, longest: int, now: Sequence[Ids] = ()) -> list[Hashes]:
        """Ever longer contexts: nothing, what is known of this note, then `past` of 1 to `longest` notes before."""
        hashes = [np.zeros(len(past), np.uint64)]
        for symbols in (*now, *(self.before(past, notes) for notes in range(1, longest + 1))):
            hashes.append(mixed(hashes[-1], symbols))
        return hashes


class Drawings(NamedTuple):
    """One n-gram's sight of M notes: hashes of their contexts from the shortest on, and what was drawn. Shape [M]."""

    contexts: list[Hashes]
    drawn: Ids


@dataclass(frozen=True, slots=True)
class Tally:
    """n(c,x), n(c) and d(c) for each of M drawings of x after c. Shape [M] each."""

    follows: Ids
    occurs: Ids
    distinct: Ids

    def interpolated(self, shorter: Probabilities) -> Probabilities:
        """P(x|c) for each drawing, given P(x|shorter c)."""
        weight = self.occurs + self.distinct
        return np.where(weight > 0, (self.follows + self.distinct * shorter) / np.maximum(weight, 1), shorter)


def counted(known: Drawings, asked: Drawings, length: int) -> Tally:
    """Count in known music, for each drawing in other music, by the contexts of one length (an index of `contexts`)."""
    contexts, drawn = known.contexts[length], known.drawn
    pairs, first, follows = np.unique(mixed(contexts, drawn), return_index=True, return_counts=True)
    heads, occurs = np.unique(contexts, return_counts=True)
    distinct = np.unique(contexts[first], return_counts=True)[1]
    wanted = asked.contexts[length]
    return Tally(
        _looked_up(pairs, follows, mixed(wanted, asked.drawn)),
        _looked_up(heads, occurs, wanted),
        _looked_up(heads, distinct, wanted),
    )


def so_far(contexts: Hashes, drawn: Ids) -> Tally:
    """Count, for each drawing, the drawings before it in the same array (contexts must tell pieces apart)."""
    pair_rank = _rank(mixed(contexts, drawn))
    order = np.argsort(contexts, kind="stable")
    starts = np.append(True, contexts[order][1:] != contexts[order][:-1])
    new = (pair_rank[order] == 0).astype(np.int64)
    before = np.cumsum(new) - new
    distinct = np.empty(len(contexts), np.int64)
    distinct[order] = before - np.maximum.accumulate(np.where(starts, before, 0))
    return Tally(pair_rank, _rank(contexts), distinct)


def _rank(hashes: Hashes) -> Ids:
    """Count how often each value has already stood before it in the array."""
    order = np.argsort(hashes, kind="stable")
    starts = np.append(True, hashes[order][1:] != hashes[order][:-1])
    places = np.arange(len(hashes))
    rank = np.empty(len(hashes), np.int64)
    rank[order] = places - np.maximum.accumulate(np.where(starts, places, 0))
    return rank


def _looked_up(keys: Hashes, counts: npt.NDArray[np.integer], wanted: Hashes) -> Ids:
    index = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[index] == wanted, counts[index], 0).astype(np.int64)


def chain(levels: Sequence[Tally], base: Probabilities) -> Probabilities:
    """The probability of each drawing, from the shortest context to the longest."""
    for level in levels:
        base = level.interpolated(base)
    return base


def static(known: Drawings, asked: Drawings, size: int) -> list[Probabilities]:
    """The probability of each drawing asked for, by counts of those known: with contexts up to each length."""
    foretold: list[Probabilities] = []
    base = np.full(len(asked.drawn), 1 / size)
    for length in range(len(known.contexts)):
        base = counted(known, asked, length).interpolated(base)
        foretold.append(base)
    return foretold


def within(asked: Drawings, pieces: Joined) -> list[Tally]:
    """The counts of each piece so far, by length of context."""
    return [so_far(mixed(contexts, pieces.piece), asked.drawn) for contexts in asked.contexts]
