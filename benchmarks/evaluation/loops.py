"""Whether a run of notes has fallen into a loop: the same few notes over and over until its end.

A loop: with some period of at most LONGEST_PERIOD notes, the end of the run repeats (wait, pitch, duration) exactly,
at least REPEATS times and over at least LEAST notes. Written music repeats too, but its parts are longer, come twice,
and go on to something else; how often it is taken for a loop all the same is measured on held-out pieces.

A run may also go round and round with small changes, which is no loop. For that there is a milder measure beside:
how much of its end it has said before.
"""

import numpy as np

from training.pieces import Ints

LONGEST_PERIOD = 64
"""Notes."""
REPEATS = 4
LEAST = 96
"""Notes."""


END = 128
"""Notes of a run's end,"""
PHRASE = 8
"""and the notes, ending with one of them, that were said before or not."""


def looping(notes: Ints) -> int:
    """The period, in notes, of the loop that a run of notes [N, 3] ends in; 0: it ends in none."""
    tokens = _told(notes)
    for period in range(1, min(LONGEST_PERIOD, len(tokens) - 1) + 1):
        differs = np.flatnonzero((tokens[period:] != tokens[:-period]).any(axis=1))
        again = len(tokens) - period - (differs[-1] + 1 if len(differs) else 0)
        if again + period >= max(REPEATS * period, LEAST):
            return period
    return 0


def said_before(notes: Ints) -> float | None:
    """The share of the last END notes of a run [N, 3] that end PHRASE notes which stand earlier among these, exactly.

    None: it has fewer notes than that.
    """
    if len(notes) < END:
        return None
    phrases = np.lib.stride_tricks.sliding_window_view(_told(notes)[-END:], PHRASE, axis=0).reshape(-1, 3 * PHRASE)
    return 1 - len(np.unique(phrases, axis=0)) / len(phrases)


def _told(notes: Ints) -> Ints:
    """Wait, duration and pitch of each note, [N, 3]."""
    tokens: Ints = np.column_stack([np.diff(notes[:, 0], prepend=notes[:1, 0]), notes[:, 1], notes[:, 2]])
    return tokens
