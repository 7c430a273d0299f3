"""Rests that are no music: a wait of hours in a file is a recorder left running, or damage. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeVar

from midi.meter import UNKNOWN_METER, Bar, merged, place
from midi.notes import TICKS_PER_BEAT, Note
from midi.tempo import TempoChange

TickT = TypeVar("TickT", int, float)

LONGEST_REST_BEATS = 64
LONGEST_REST = LONGEST_REST_BEATS * TICKS_PER_BEAT
"""Ticks for which nothing may be struck: 16 bars of four beats, four times the longest wait that a model knows."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Stretches of ticks to leave out, in order: each from its begin up to its end, where the music goes on."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, notes: Sequence[Note]) -> "Cuts":
        """Find the cuts: whole beats between onsets more than LONGEST_REST apart, and all beyond it after the last."""
        onsets = sorted({0, *(note.onset for note in notes)})
        spans = []
        for before, after in pairwise(onsets):
            beats = (after - before - LONGEST_REST) // TICKS_PER_BEAT
            if beats > 0:
                begin = before + LONGEST_REST
                spans.append((begin, begin + beats * TICKS_PER_BEAT))
        last, end = onsets[-1] + LONGEST_REST, max(note.end for note in notes)
        if end > last:
            spans.append((last, end))
        return cls(tuple(spans))

    def __bool__(self) -> bool:
        return bool(self.spans)

    def moved(self, tick: TickT) -> TickT:
        """Move a tick to its place after the cuts; a tick inside a cut moves to where the cut begins."""
        return tick - sum(min(tick, end) - begin for begin, end in self.spans if begin < tick)

    def notes(self, notes: Iterable[Note]) -> list[Note]:
        """The notes after the cuts; one that sounds across a cut is shortened by it."""
        moved = []
        for note in notes:
            onset = self.moved(note.onset)
            moved.append(replace(note, onset=onset, duration=max(1, self.moved(note.end) - onset)))
        return moved

    def bars(self, bars: Sequence[Bar]) -> tuple[Bar, ...]:
        """The bars after the cuts; what follows a cut stands in its bar as it did."""
        resumed = [(place(bars, end), self.moved(end)) for _, end in self.spans]
        begun = [Bar(tick, at[1], at[0]) if at else Bar(tick, 0, UNKNOWN_METER) for at, tick in resumed]
        kept = [replace(bar, tick=self.moved(bar.tick)) for bar in bars]
        return merged(sorted([*kept, *begun], key=lambda bar: bar.tick))  # of two at one tick the later stays

    def tempi(self, tempi: Iterable[TempoChange]) -> tuple[TempoChange, ...]:
        """The tempo changes after the cuts."""
        return tuple(replace(change, tick=self.moved(change.tick)) for change in tempi)
