"""The bars that the answer must pass with default settings, and whether it does: over each cell of the table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from benchmarks.players.measures import Figures
from benchmarks.players.performance import Answer, human_figures
from benchmarks.players.table import Result

RIGHT_TEMPO = 0.04
"""A tempo told is right within this share of the true one."""
ANY_NUMBER = float("inf")
PITCHED_PHRASES = 8
"""Phrases that the bars of a tempo speak of; with fewer, the same share is asked."""
MOST_SHOWN = 8
"""Cells that miss a bar and are named, the worst first."""


@dataclass(frozen=True, slots=True)
class Range:
    """The range that a value must lie in, both ends included."""

    low: float = -ANY_NUMBER
    high: float = ANY_NUMBER

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def distance(self, value: float) -> float:
        """The distance of a value from the range; 0 inside."""
        return max(self.low - value, value - self.high, 0.0)

    def __str__(self) -> str:
        if self.low == -ANY_NUMBER:
            return f"<= {self.high:g}"
        return f">= {self.low:g}" if self.high == ANY_NUMBER else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Reached:
    """The values that one cell, or one trial, reached: the median of its seeds, and the seed furthest out."""

    title: str
    value: float
    worst: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """A bar, and what was reached where it applies."""

    name: str
    must: Range
    aim: Range
    reached: tuple[Reached, ...]

    @property
    def is_met(self) -> bool:
        """Whether all reach what they must; a bar that applied nowhere is met."""
        return all(reached.value in self.must for reached in self.reached)

    @property
    def missed(self) -> list[Reached]:
        """Those that do not, the furthest first."""
        outside = [reached for reached in self.reached if reached.value not in self.must]
        return sorted(outside, key=lambda reached: -self.must.distance(reached.value))

    def lines(self) -> Iterator[str]:
        """The bar in a line, and a line for each of the furthest cells that miss it."""
        if not self.reached:
            return
        furthest = max(
            self.reached, key=lambda reached: (self.must.distance(reached.value), self.aim.distance(reached.value))
        )
        met, aimed = (sum(reached.value in bar for reached in self.reached) for bar in (self.must, self.aim))
        verdict = "met" if self.is_met else "MISSED"
        nearly = "" if aimed == len(self.reached) else f"; furthest {furthest.value:.2f} ({furthest.title})"
        yield (
            f"{self.name:<62} must {self.must!s:<11} aim {self.aim!s:<11} {verdict:<7}"
            f" {met} of {len(self.reached)}, aim {aimed}{nearly}"
        )
        for reached in self.missed[:MOST_SHOWN]:
            yield f"    {reached.title:<64} {reached.value:.2f}, worst seed {reached.worst:.2f}"
        if len(self.missed) > MOST_SHOWN:
            yield f"    and {len(self.missed) - MOST_SHOWN} more"


Measure = Callable[[Figures, Figures], float | None]
"""A value of the answer's figures and the human's; None: it cannot be told."""


@dataclass(frozen=True, slots=True)
class CellBar:
    """A bar that is held against every cell to which it applies."""

    name: str
    measure: Measure
    must: Range
    aim: Range
    applies: Callable[[Result], bool]

    def verdict(self, results: Sequence[Result]) -> Verdict:
        """Hold it against a table."""
        reached = [self._reached(result) for result in results if self.applies(result)]
        return Verdict(self.name, self.must, self.aim, tuple(value for value in reached if value is not None))

    def _reached(self, result: Result) -> Reached | None:
        human = human_figures(result.cell.phrase)
        measured = [self.measure(answer.figures, human) for answer in result.by_seed]
        values = [value for value in measured if value is not None]
        if not values:
            return None
        worst = max(values, key=lambda value: (self.must.distance(value), self.aim.distance(value)))
        return Reached(result.cell.title, median(values), worst)


def ratio(name: str) -> Measure:
    """A figure of the answer over the human's."""

    def measure(answer: Figures, human: Figures) -> float | None:
        ours, theirs = getattr(answer, name), getattr(human, name)
        return None if ours is None or not theirs else float(ours / theirs)

    return measure


def difference(name: str) -> Measure:
    """The excess of a figure of the answer over the human's."""

    def measure(answer: Figures, human: Figures) -> float | None:
        ours, theirs = getattr(answer, name), getattr(human, name)
        return None if ours is None or theirs is None else float(ours - theirs)

    return measure


def _pitched(result: Result) -> bool:
    return not result.cell.phrase.is_drums


def _melodic(result: Result) -> bool:
    return _pitched(result) and not result.cell.phrase.is_short


CELL_BARS = (
    CellBar("notes answered", lambda answer, _: answer.notes, Range(low=1), Range(low=1), _pitched),
    CellBar("notes per onset, over the human's", ratio("notes_per_onset"), Range(0.6, 1.5), Range(0.8, 1.2), _pitched),
    CellBar(
        "most sounding at once, beyond the human's", difference("most_at_once"), Range(high=2), Range(high=1), _pitched
    ),
    CellBar(
        "share in the phrase's scale, beside the human's",
        difference("in_scale"),
        Range(low=-0.05),
        Range(low=0),
        _melodic,
    ),
    CellBar(
        "onsets on the human's subdivision, --bpm, over the human's",
        ratio("on_grid"),
        Range(low=0.85),
        Range(low=0.95),
        lambda result: _melodic(result) and result.cell.knows_bpm,
    ),
    CellBar(
        "the same, tempo heard, from the second phrase on",
        ratio("on_grid"),
        Range(low=0.75),
        Range(low=0.9),
        lambda result: _melodic(result) and not result.cell.knows_bpm,
    ),
    CellBar(
        "a shuffled phrase: onsets on triplets",
        ratio("on_grid"),
        Range(low=0.7),
        Range(low=1),
        lambda result: _melodic(result) and result.cell.phrase.is_shuffled,
    ),
    CellBar(
        "velocity's standard deviation, over the human's",
        ratio("velocity_spread"),
        Range(0.5, 1.5),
        Range(0.5, 1.5),
        _melodic,
    ),
)
"""In the order of the page."""


def verdicts_of(results: Sequence[Result]) -> list[Verdict]:
    """Hold every bar of the table against it."""
    return [*(bar.verdict(results) for bar in CELL_BARS), *tempo_verdicts(results)]


def tempo_verdicts(results: Sequence[Result]) -> list[Verdict]:
    """The phrases whose tempo is heard in each mode: right; right, or its half or double."""
    by_mode: dict[str, list[Result]] = {}
    for result in results:
        if _melodic(result) and not result.cell.knows_bpm:
            by_mode.setdefault(result.cell.mode, []).append(result)
    if not by_mode:
        return []
    share = min(len(cells) for cells in by_mode.values()) / PITCHED_PHRASES
    return [
        Verdict(
            name,
            Range(low=must * share),
            Range(low=aim * share),
            tuple(_heard(mode, cells, ratios) for mode, cells in by_mode.items()),
        )
        for name, ratios, must, aim in (
            ("tempo heard after the second phrase: right", (1.0,), 5, 7),
            ("tempo heard: right, or its half or double", (1.0, 0.5, 2.0), 8, 8),
        )
    ]


def _heard(mode: str, cells: Sequence[Result], ratios: Sequence[float]) -> Reached:
    """The phrases whose tempo is heard, in more than half of the seeds; the worst: by every seed."""
    rights = {
        result.cell.phrase.name: fmean(_is_right(answer, result.cell.phrase.bpm, ratios) for answer in result.by_seed)
        for result in cells
    }
    wrong = [name for name, share in rights.items() if share <= 0.5]
    title = f"{mode}, {len(rights)} phrases{', not ' if wrong else ''}{', '.join(wrong)}"
    return Reached(title, len(rights) - len(wrong), sum(share == 1 for share in rights.values()))


def _is_right(answer: Answer, true_bpm: float, ratios: Sequence[float]) -> bool:
    return any(abs(answer.tempo_bpm / (true_bpm * ratio) - 1) <= RIGHT_TEMPO for ratio in ratios)
