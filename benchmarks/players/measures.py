"""The figures of what sounded, the same for the human and for the answer. Times are held against the human's true beat.

docs/measurements/players.md defines each figure for who reads the table.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise
from statistics import fmean, pstdev

from benchmarks.live.figures import percentile
from benchmarks.players.phrases import Phrase
from benchmarks.players.sounding import Struck, most_sounding, onsets_of

LOOSEST_NS = 20_000_000
"""An onset lies on a subdivision within this time of it, or within CLOSE of its length where that is shorter."""
CLOSE = 0.15
"""The grid is then met by chance by less than a third of all moments, at any tempo."""
PAUSE_BEATS = 4
"""A wait longer than this is no pace but a pause."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The measures of notes that sounded. None: too few notes to tell."""

    notes: int
    notes_per_onset: float | None
    most_at_once: int
    in_scale: float | None
    """Share of the sounding time."""
    on_grid: float | None
    """Share of the onsets on the phrase's own subdivision."""
    onsets_per_beat: float | None
    register: tuple[int, int, int] | None
    """Pitches: 5, 50 and 95 %."""
    velocity_mean: float | None
    velocity_spread: float | None
    """Standard deviation."""
    syncopation: float | None
    """Share of the onsets."""


@dataclass(frozen=True, slots=True)
class TrueBeat:
    """The beat to which the human plays: a beat begins at `begin_ns`, and one every `beat_ns`."""

    begin_ns: int
    beat_ns: float
    subdivision: int

    @classmethod
    def of(cls, phrase: Phrase, begin_ns: int) -> "TrueBeat":
        """The beat of a phrase that begins at a moment."""
        return cls(begin_ns, phrase.beat_ns, phrase.subdivision)

    @property
    def tolerance_ns(self) -> float:
        """The distance from a subdivision at which an onset may lie and still be on it."""
        return min(LOOSEST_NS, CLOSE * self.beat_ns / self.subdivision)

    def step_of(self, at_ns: int) -> int:
        """The subdivision nearest to a moment, counted from `begin_ns`."""
        return round((at_ns - self.begin_ns) / self.beat_ns * self.subdivision)

    def is_on_grid(self, at_ns: int) -> bool:
        """Whether a moment lies on a subdivision."""
        at_step_ns = self.begin_ns + self.step_of(at_ns) * self.beat_ns / self.subdivision
        return abs(at_ns - at_step_ns) <= self.tolerance_ns


def figures_of(notes: Sequence[Struck], beat: TrueBeat, scale: frozenset[int], grid_from_ns: int = 0) -> Figures:
    """Measure notes in order of time; `grid_from_ns`: onsets before it are not held against the subdivision."""
    if not notes:
        return Figures(0, None, 0, None, None, None, None, None, None, None)
    onsets = onsets_of(notes)
    judged = [onset for onset in onsets if onset >= grid_from_ns]
    pitches = sorted(note.pitch for note in notes)
    low, middle, high = (percentile(pitches, share) for share in (0.05, 0.5, 0.95))
    velocities = [note.velocity for note in notes]
    return Figures(
        notes=len(notes),
        notes_per_onset=len(notes) / len(onsets),
        most_at_once=most_sounding(notes),
        in_scale=share_in_scale(notes, scale),
        on_grid=fmean(beat.is_on_grid(onset) for onset in judged) if judged else None,
        onsets_per_beat=pace(onsets, beat),
        register=(round(low), round(middle), round(high)),
        velocity_mean=fmean(velocities),
        velocity_spread=pstdev(velocities),
        syncopation=syncopation(onsets, beat),
    )


def share_in_scale(notes: Sequence[Struck], scale: frozenset[int]) -> float | None:
    """The share of the time that notes sounded, each by itself, in which their pitch belonged to a scale."""
    total = sum(note.length_ns for note in notes)
    if not total:
        return None
    return sum(note.length_ns for note in notes if note.pitch % 12 in scale) / total


def pace(onsets: Sequence[int], beat: TrueBeat) -> float | None:
    """Onsets a beat: the inverse of the mean wait from onset to onset, pauses left out."""
    waits = [(later - earlier) / beat.beat_ns for earlier, later in pairwise(onsets)]
    short = [wait for wait in waits if wait <= PAUSE_BEATS]
    return 1 / fmean(short) if short else None


def syncopation(onsets: Sequence[int], beat: TrueBeat) -> float | None:
    """The share of the onsets that are syncopated: off the beat, and the next stronger place is passed in silence.

    By the weights of Longuet-Higgins and Lee, "The rhythmic interpretation of monophonic music" (Music Perception 1,
    1984), from the beat downwards, since an answer may begin on any beat of a bar. An onset before a pause is none.
    """
    steps = sorted({beat.step_of(onset) for onset in onsets})
    if not steps:
        return None
    longest = PAUSE_BEATS * beat.subdivision
    syncopated = 0
    for step, following in pairwise(steps):
        own = _weight(step, beat.subdivision)
        passed = range(step + 1, following)
        if following - step <= longest and any(_weight(passed_step, beat.subdivision) > own for passed_step in passed):
            syncopated += 1
    return syncopated / len(steps)


def _weight(step: int, subdivision: int) -> int:
    """The strength of a place in a beat: 0 on the beat, one less for every division that it takes to get there."""
    part = Fraction(step, subdivision) % 1
    return 0 if part == 0 else -1 if part.denominator in (2, 3) else -2


def commonest_share(notes: Sequence[Struck]) -> float:
    """The share of the notes that have the commonest pitch; 0 where there are none."""
    counts = Counter(note.pitch for note in notes)
    return max(counts.values(), default=0) / max(counts.total(), 1)


def longest_run(notes: Sequence[Struck]) -> int:
    """The most notes in a row of one pitch."""
    return max((len(list(run)) for _, run in groupby(note.pitch for note in notes)), default=0)
