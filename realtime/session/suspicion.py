"""Decides what a new engine is not told, because engines that were told it died of it. Pure; I/O process.

One rule: an engine that has lived on with a past has survived it; engines that die soon, one after the other, die of
what they are told. The latest phrase is suspected first, then everything.
"""

from dataclasses import dataclass
from enum import Enum

SURVIVED_NS = 10_000_000_000
"""An engine that lived so long once it was ready did not die of the past: that takes it a second at most, and three
more until one that hangs is noticed."""


class Suspect(Enum):
    """The part of the past that the next engine is not told; the value says it to the human."""

    NOTHING = ""
    PHRASE = "the engine died twice on the same music: the next one is not told of your latest phrase"
    PAST = "the engine died again: the next one is told nothing of what was played so far (the session file has it)"


@dataclass(slots=True)
class Suspicion:
    """Counts the engines that died one soon after the other."""

    deaths: int = 0

    def died(self, lived_ns: int) -> Suspect:
        """An engine has died that was ready for so long: who is to blame."""
        self.deaths = 1 if lived_ns > SURVIVED_NS else self.deaths + 1
        if self.deaths < 2:
            return Suspect.NOTHING
        return Suspect.PHRASE if self.deaths == 2 else Suspect.PAST
