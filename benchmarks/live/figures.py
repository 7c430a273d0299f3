"""Rows of figures, each with the bar that it must pass beside it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from midi.nanoseconds import NS_PER_MS

MB = 1e6
"""Bytes."""
ENOUGH_FOR_P999 = 1000
"""With fewer figures the thousandth is the worst."""
TITLE = 58
HEADING = f"{'ms':<{TITLE}}{'n':>8}{'median':>9}{'p99':>9}{'p99.9':>9}{'worst':>9}   must"


@dataclass(frozen=True, slots=True)
class Limit:
    """A share of the figures (0.99: all but the highest hundredth), and what it must not exceed, in ms."""

    share: float
    most_ms: float

    def verdict(self, sorted_ms: Sequence[float]) -> str:
        """The bar, and whether these figures pass it."""
        value_ms = percentile(sorted_ms, self.share)
        name = "median" if self.share == 0.5 else f"p{self.share * 100:g}"
        return f"{name} <= {self.most_ms:g}: {'met' if value_ms <= self.most_ms else 'MISSED'}"


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The first value that has so large a share of all below it, or the highest; never one between two."""
    return sorted_values[min(len(sorted_values) - 1, int(len(sorted_values) * share))]


def row(title: str, times_ns: Collection[int], *bars: Limit) -> str:
    """A row of HEADING's table."""
    ms = sorted(ns / NS_PER_MS for ns in times_ns)
    if not ms:
        return f"{title:<{TITLE}}{0:>8}"
    rare = f"{percentile(ms, 0.999):>9.3f}" if len(ms) >= ENOUGH_FOR_P999 else f"{'':>9}"
    figures = f"{len(ms):>8}{percentile(ms, 0.5):>9.3f}{percentile(ms, 0.99):>9.3f}{rare}{ms[-1]:>9.3f}"
    return f"{title:<{TITLE}}{figures}   {', '.join(bar.verdict(ms) for bar in bars)}".rstrip()


@dataclass(slots=True)
class Facts:
    """Facts that must hold, told line by line; `all_hold` in the end."""

    notify: Callable[[str], None]
    all_hold: bool = True

    def check(self, line: str, *, holds: bool) -> None:
        """A fact that must hold, and whether it does."""
        self.all_hold = self.all_hold and holds
        self.notify(f"{line}: {'met' if holds else 'MISSED'}")


def slope(xs: Sequence[float], values: Sequence[float]) -> float:
    """The steepness of the straight line through values, by least squares; 0 if there are too few."""
    if len(xs) < 2:
        return 0.0
    middle, level = sum(xs) / len(xs), sum(values) / len(values)
    spread = sum((x - middle) ** 2 for x in xs)
    return sum((x - middle) * (value - level) for x, value in zip(xs, values, strict=True)) / spread
