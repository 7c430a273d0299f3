"""How loud the answer is where the model has learned no dynamics: it takes up the human's. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from midi.notes import Note

SMOOTHING_TICKS = 12
"""Notes within an eighth of each other share one loudness, so that one soft inner note does not make a hole."""
DEFAULT_VELOCITY = 80


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The loudness of a phrase as a curve over its ticks: [(ticks since its first onset, velocity)]."""

    curve: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, notes: Collection[Note]) -> "Dynamics":
        """The curve of a phrase, in order of onset."""
        if not notes:
            return cls()
        begin = min(note.onset for note in notes)
        return cls(tuple(sorted((note.onset - begin, note.velocity or DEFAULT_VELOCITY) for note in notes)))

    def velocity_at(self, ticks: int, learned: int | None = None) -> int:
        """The velocity, 1 to 127, so many ticks into the answer.

        `learned`: what the model drew, if it has learned dynamics. Else it is the phrase's at the same place, the
        phrase repeated if the answer is longer.
        """
        if learned is not None:
            return min(max(learned, 1), 127)
        if not self.curve:
            return DEFAULT_VELOCITY
        place = ticks % (self.curve[-1][0] + 1)
        near = [v for at, v in self.curve if abs(at - place) <= SMOOTHING_TICKS]
        if not near:
            near = [min(self.curve, key=lambda point: abs(point[0] - place))[1]]
        return round(sum(near) / len(near))
