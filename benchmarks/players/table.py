"""The table: the human's own figure, and beside it that of the answer in each mode, with `--bpm` and without."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.players.measures import Figures
from benchmarks.players.performance import Answer, Cell, human_figures
from benchmarks.players.phrases import Phrase

NONE = "-"
HEADING = (
    f"{'':<20}{'notes':>6}{'/onset':>8}{'most':>6}{'scale':>7}{'grid':>7}{'/beat':>7}{'pitch 5 50 95 %':>17}"
    f"{'velocity':>11}{'sync':>6}{'tempo':>15}{'wait s':>8}{'answers':>9}"
)


@dataclass(frozen=True, slots=True)
class Result:
    """A cell, and what was heard of it with each seed."""

    cell: Cell
    by_seed: tuple[Answer, ...]

    def middle(self, name: str) -> float | None:
        """The median over the seeds of a figure; None where no seed has it."""
        return middle(getattr(answer.figures, name) for answer in self.by_seed)


def middle(values: Iterator[float | None]) -> float | None:
    """The median of those that are there."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def table_lines(results: Sequence[Result]) -> Iterator[str]:
    """The table, phrase by phrase; medians over the seeds."""
    before: Phrase | None = None
    for result in results:
        phrase = result.cell.phrase
        if phrase is not before:
            before = phrase
            yield from ("", _title(phrase), HEADING, _row("the human", human_figures(phrase)))
        yield _answer_row(result)


def _title(phrase: Phrase) -> str:
    from benchmarks.players.measures import TrueBeat

    tolerance_ms = TrueBeat.of(phrase, 0).tolerance_ns / 1e6
    grid = "triplets" if phrase.is_shuffled else "sixteenths"
    return f"{phrase.name}: {phrase.bpm} bpm, {phrase.beats_per_bar}/4; grid: {grid}, within {tolerance_ms:.1f} ms"


def _row(title: str, figures: Figures, tail: str = "") -> str:
    register = " ".join(f"{pitch:.0f}" for pitch in figures.register) if figures.register else NONE
    loudness = NONE
    if figures.velocity_mean is not None and figures.velocity_spread is not None:
        loudness = f"{figures.velocity_mean:.0f} +-{figures.velocity_spread:.1f}"
    cells = (
        f"{figures.notes:>6}{_told(figures.notes_per_onset):>8}{figures.most_at_once:>6}{_told(figures.in_scale):>7}"
        f"{_told(figures.on_grid):>7}{_told(figures.onsets_per_beat):>7}{register:>17}{loudness:>11}"
        f"{_told(figures.syncopation):>6}"
    )
    return f"{title:<20}{cells}{tail}"


def _answer_row(result: Result) -> str:
    cell, by_seed = result.cell, result.by_seed
    title = f"{cell.mode}, {'--bpm' if cell.knows_bpm else 'heard'}"
    registers = [answer.figures.register for answer in by_seed if answer.figures.register]
    register = tuple(round(median(places)) for places in zip(*registers, strict=True)) if registers else None
    figures = Figures(
        notes=round(median(answer.figures.notes for answer in by_seed)),
        notes_per_onset=result.middle("notes_per_onset"),
        most_at_once=round(median(answer.figures.most_at_once for answer in by_seed)),
        in_scale=result.middle("in_scale"),
        on_grid=result.middle("on_grid"),
        onsets_per_beat=result.middle("onsets_per_beat"),
        register=register and (register[0], register[1], register[2]),
        velocity_mean=result.middle("velocity_mean"),
        velocity_spread=result.middle("velocity_spread"),
        syncopation=result.middle("syncopation"),
    )
    tempo = f"{median(answer.tempo_bpm for answer in by_seed):.0f} of {cell.phrase.bpm}"
    wait = _told(middle(answer.wait_s for answer in by_seed))
    answered = (
        f"{median(answer.answered for answer in by_seed):.0f}" if any(answer.wait_s for answer in by_seed) else NONE
    )
    return _row(title, figures, f"{tempo:>15}{wait:>8}{answered:>9}")


def _told(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"
