"""The place of an answer's notes beside the grid: as the model has learned it, on the human's scale. Pure.

A model that has heard soloists and drummers says which notes come early, and which late. How far, the human says: who
plays on the grid is answered on it, who lays back is answered laid back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from midi.notes import Note
from realtime.improviser.learned_touch import DrawnScale

FEWEST = 4
"""Notes by which the human's placement is known."""
USUAL_SPREAD_MS = 30.0
"""The spread of what a model draws, before it has drawn any."""
MOST_SPREAD_MS, MOST_MEAN_MS = 40.0, 50.0
"""Beyond what soloists do, it is the beat that was heard wrongly."""


@dataclass(frozen=True, slots=True)
class Placement:
    """The human's mean and spread (standard deviation), in ms after the tick; as long as nobody knows, on the grid.

    `follow`, 0 to 1: how closely the answer takes them up, at 0 it plays as learned.
    """

    mean: float = 0.0
    spread: float = 0.0
    follow: float = 1.0

    @classmethod
    def of(cls, notes: Sequence[Note], follow: float = 1.0) -> "Placement":
        """That of a human's notes; those whose beat is not known do not count."""
        late = [note.deviation_ms for note in notes if note.deviation_ms is not None]
        if len(late) < FEWEST:
            return cls(follow=follow)
        mean = float(np.clip(np.mean(late), -MOST_MEAN_MS, MOST_MEAN_MS))
        return cls(mean, min(float(np.std(late)), MOST_SPREAD_MS), follow)

    def learned_ms(self, drawn: int, scale: DrawnScale) -> int:
        """The ms after its tick of a note for which the model drew so many; `scale`: of what was drawn before."""
        above = scale.standard(drawn, 0.0, USUAL_SPREAD_MS)
        return round(drawn + self.follow * (self.mean + self.spread * above - drawn))
