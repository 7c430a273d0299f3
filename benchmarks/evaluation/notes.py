"""A piece as this package reads it: int32 [N, 3], onset, duration and pitch, in ticks, in canonical order.

All pieces come from token ids by one road, so that what was written and what was played stand on the same grid.
"""

from collections.abc import Sequence

import numpy as np

from midi.tokens import DURATION, DURATION_TICKS, PITCH, WAIT, WAIT_TICKS, Field
from training.pieces import Ints

_WAITS = np.array(WAIT_TICKS, np.int32)
_DURATIONS = np.array(DURATION_TICKS, np.int32)


def notes_of_ids(ids: Ints, inputs: Sequence[Field]) -> Ints:
    """The notes of ids [N, I] whose columns are these inputs; the first note begins where its wait says."""
    names = [field.name for field in inputs]
    wait, pitch, duration = (ids[:, names.index(field.name)] for field in (WAIT, PITCH, DURATION))
    return np.stack([np.cumsum(_WAITS[wait]), _DURATIONS[duration], pitch], axis=1).astype(np.int32)


def top_line(notes: Ints) -> Ints:
    """The pitches of the highest note at each onset, [M]."""
    highest = np.append(notes[1:, 0] != notes[:-1, 0], True)  # canonical order: the last of an onset
    pitches: Ints = notes[highest, 2]
    return pitches
