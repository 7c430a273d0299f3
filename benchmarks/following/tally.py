"""The answers' agreement with the changed human on one tune, and its cost."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from benchmarks.following.changes import WINDOW, Change, ChangedHuman
from midi.notes import Note


@dataclass(slots=True)
class Tally:
    """The answers' agreement with the changed human on one tune, before and after the change, and its cost."""

    before: list[bool] = field(default_factory=list)
    after: list[list[bool]] = field(default_factory=list)
    """By a note's place among the answer's since the change: of each performance that can tell."""
    played: list[list[int]] = field(default_factory=list)
    """Beside each of them, how many changed notes the human had played by then."""
    notes: list[float] = field(default_factory=list)
    """The answer's notes of each performance since the change for each of the human's."""
    kinds: Counter[int] = field(default_factory=Counter)
    """The count of each kind since the change."""
    nats: list[float] = field(default_factory=list)
    """The unbent model's surprise at each note since the change."""

    def take(self, answer: Sequence[Note], human: ChangedHuman, change: Change) -> None:
        """One more performance."""
        judged = list(zip(answer, change.agreement(answer, human), strict=True))
        since = [pair for pair in judged if pair[0].onset >= human.changes_at]
        self.before += [agrees for _, agrees in judged[: len(judged) - len(since)] if agrees is not None]
        self.notes.append(len(since) / human.played_since(human.end))
        self.kinds.update(change.kinds([note for note, _ in since]))
        for index, (note, agrees) in enumerate(since):
            if index == len(self.after):
                self.after.append([])
                self.played.append([])
            if agrees is not None:
                self.after[index].append(agrees)
                self.played[index].append(human.played_since(note.onset))

    def agreement(self, first: int = 0, end: int | None = None) -> float:
        """The share that agrees of the notes after the change, from a place on to before another."""
        judged = [agrees for marks in self.after[first:end] for agrees in marks]
        return fmean(judged) if judged else 0.0

    @property
    def bits(self) -> float:
        """The entropy of the kinds: how varied they were."""
        shares = [count / self.kinds.total() for count in self.kinds.values()]
        return -sum(share * math.log2(share) for share in shares)

    def back_after(self, share: float) -> tuple[float, float]:
        """The human's notes, and the answer's, that come before WINDOW notes and all later ones agree by a share.

        All performances are taken together, and the human's notes by their median; never: infinitely many.
        """
        for first in range(len(self.after) - WINDOW + 1):
            is_judged = any(self.after[first : first + WINDOW])
            if is_judged and min(self.agreement(first, first + WINDOW), self.agreement(first)) >= share:
                return median(next(counts for counts in self.played[first:] if counts)), first
        return math.inf, math.inf
