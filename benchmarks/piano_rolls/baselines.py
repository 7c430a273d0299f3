"""Counting on the same frames: each key for itself, and n-grams over frames that back off. numpy only.

Both are distributions over all sets of keys, so that their nats stand beside the network's.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

import numpy as np

from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.imitation import Doubles


class Unigram:
    """Every key on its own, as often as in training (add one half to both counts)."""

    def __init__(self, rolls: Sequence[Roll]) -> None:
        """Count the keys of training sequences."""
        sounding = np.sum([roll.sum(axis=0, dtype=np.int64) for roll in rolls], axis=0)
        chance = (sounding + 0.5) / (sum(map(len, rolls)) + 1)
        self._on, self._off = -np.log(chance), -np.log1p(-chance)

    def nats(self, roll: Roll) -> Doubles:
        """Nats of each frame [T]."""
        out: Doubles = np.where(roll, self._on, self._off).sum(axis=1)
        return out


class FrameNgram:
    """The frame after the last `order - 1`, Witten-Bell interpolated down to the unigram of keys."""

    def __init__(self, rolls: Sequence[Roll], order: int) -> None:
        """Count the frames of training sequences, and what they follow."""
        self.order = order
        self._keys = Unigram(rolls)
        self._counts: dict[tuple[bytes, ...], Counter[bytes]] = defaultdict(Counter)
        for roll in rolls:
            frames = _frames(roll, order)
            for at in range(order - 1, len(frames)):
                for context in range(order):
                    self._counts[frames[at - context : at]][frames[at]] += 1
        self._totals = {context: (sum(c.values()), len(c)) for context, c in self._counts.items()}

    def nats(self, roll: Roll) -> Doubles:
        """Nats of each frame [T]."""
        chances = np.exp(-self._keys.nats(roll))
        frames = _frames(roll, self.order)
        for row in range(len(roll)):
            at = row + self.order - 1
            for context in range(self.order):
                seen = self._totals.get(frames[at - context : at])
                if seen is not None:
                    total, kinds = seen
                    count = self._counts[frames[at - context : at]][frames[at]]
                    chances[row] = (count + kinds * chances[row]) / (total + kinds)
        return -np.log(chances)


def _frames(roll: Roll, order: int) -> tuple[bytes, ...]:
    """The frames, after as many empty names as the first ones need before them."""
    return (b"",) * (order - 1) + tuple(map(bytes, np.packbits(roll, axis=1)))
