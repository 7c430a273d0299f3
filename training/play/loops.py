"""Whether a run of notes has fallen into a loop: the same few notes over and over until its end.

A loop: with some period of at most LONGEST_PERIOD notes, the end of the run repeats (wait, pitch, duration) exactly,
at least REPEATS times and over at least LEAST notes. Written music repeats too, but its parts are longer, come twice,
and go on to something else; how often it is taken for a loop all the same is measured on held-out pieces.
"""

import numpy as np

from training.works import Ints

LONGEST_PERIOD = 64
"""Notes."""
REPEATS = 4
LEAST = 96
"""Notes."""


def looping(notes: Ints) -> int:
    """The period, in notes, of the loop that a run of notes [N, 3] ends in; 0: it ends in none."""
    told = np.column_stack([np.diff(notes[:, 0], prepend=notes[:1, 0]), notes[:, 1], notes[:, 2]])
    for period in range(1, min(LONGEST_PERIOD, len(told) - 1) + 1):
        differs = np.flatnonzero((told[period:] != told[:-period]).any(axis=1))
        again = len(told) - period - (differs[-1] + 1 if len(differs) else 0)
        if again + period >= max(REPEATS * period, LEAST):
            return period
    return 0
