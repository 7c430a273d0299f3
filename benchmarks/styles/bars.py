"""The bars of a model of styles: what was measured, what it must reach and what is aimed at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from training.style_page import played_beside_counting

SOLO_NOTES = 500
"""Notes of a solo run that may loop, or copy."""
MORE, LESS = "at least", "at most"
"""The direction in which a figure is good."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure; `must` and `aim` are None where it is only reported."""

    work: str
    value: float
    better: str
    must: float | None = None
    aim: float | None = None

    def reaches(self, limit: float | None) -> bool:
        """True if the figure is as good as a limit, or there is none."""
        if limit is None:
            return True
        return self.value >= limit if self.better == MORE else self.value <= limit

    @property
    def verdict(self) -> str:
        """Whether it is met, in a word."""
        if self.must is None and self.aim is None:
            return "reported"
        if not self.reaches(self.must):
            return "MISSED"
        if self.aim is None:
            return "met"
        return "aim met" if self.reaches(self.aim) else "met" if self.must is not None else "aim missed"

    def as_json(self) -> dict[str, Any]:
        """The bar for programs."""
        return {**asdict(self), "verdict": self.verdict}


def table(bars: Sequence[Bar]) -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| work | reached | must | aim | |"
    yield "|---|---|---|---|---|"
    for bar in bars:
        must, aim = (_limit(bar.better, limit) for limit in (bar.must, bar.aim))
        yield f"| {bar.work} | {bar.value:.3f} | {must} | {aim} | {bar.verdict} |"


def _limit(better: str, limit: float | None) -> str:
    return "" if limit is None else f"{'>=' if better == MORE else '<='} {limit:g}"


def default_corpus_bars(alone: float, imitating: float) -> Iterator[Bar]:
    """Bars of tunes and chorales: no loss against the default model, which knows nothing else (2.107, 1.738)."""
    yield Bar("tunes and chorales of the default corpus, nats a note", alone, LESS, 2.15, 2.107)
    yield Bar("the same, imitating", imitating, LESS, 1.78, 1.738)


def prediction_bars(styles: Mapping[str, Any]) -> Iterator[Bar]:
    """Bars of every style beside counting, from the facts of `antiphon eval`."""
    for style, facts in styles.items():
        counting, played = played_beside_counting(facts)
        yield Bar(f"{style}: imitating, against the adapting n-gram", played / counting - 1, LESS, 0.0, -0.15)
        if "deviation" in facts["nats_by_field"] and style == "jazz":
            yield from _jazz_bars(facts)
        if style == "drums":
            yield from _drum_bars(facts["explained_variance"])


def _jazz_bars(facts: Mapping[str, Any]) -> Iterator[Bar]:
    """Of an onset: the wait and the deviation from the tick together."""
    played, counting = (
        sum(row["nats_by_field"][name] for name in ("wait", "deviation"))
        for row in (facts["imitating"], facts["baselines"]["n_gram_adapting"])
    )
    yield Bar("jazz: wait and deviation, nats a note, imitating", played, LESS, 4.2, 3.6)
    yield Bar("jazz: the same, against the adapting n-gram", played / counting - 1, LESS, -0.1)


def _drum_bars(explained: Mapping[str, float]) -> Iterator[Bar]:
    yield Bar("Groove: velocity, R2", explained["velocity"], MORE, 0.45, 0.52)
    yield Bar("Groove: deviation, R2", explained["deviation"], MORE, 0.38, 0.44)


def performance_bars(velocity: float, pedal: float) -> Iterator[Bar]:
    """Bars of touch on performances by other players than it learned from."""
    yield Bar("other performances (ASAP): velocity, R2", velocity, MORE, 0.60, 0.66)
    yield Bar("other performances (ASAP): pedal pressed anew, AUC", pedal, MORE, 0.75, 0.80)


def playing_bars(style: str, loops: int, shared: float, natural: float) -> Iterator[Bar]:
    """Bars of solo runs: how many end in a loop, and the median of the longest runs they share with what it learned."""
    yield Bar(f"{style}: solo runs that end in a loop", loops, LESS, 0)
    yield Bar(f"{style}: longest run shared with its training pieces, notes", shared, LESS, natural)


def apart_bar(style: str, model: float) -> Bar:
    """The bar of being told apart from what really followed."""
    return Bar(f"{style}: told apart from true continuations, AUC", model, LESS, None, 0.65)
