"""The run's table: Markdown, so that it can stand on a page as it is."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One system's seconds a note, or why it was not measured."""

    name: str
    seconds: Sequence[float] = ()
    peak_mb: float = 0.0
    failure: str = ""


def lines(title: str, rows: Sequence[Row]) -> list[str]:
    """The table; the first row is ours, to which the ratios of the medians are taken."""
    ours = statistics.median(rows[0].seconds) if rows[0].seconds else None
    return [
        f"| {title} | notes | median ms | p99 ms | worst ms | x ours | peak MB |",
        "|---|---|---|---|---|---|---|",
        *(_line(row, ours) for row in rows),
    ]


def percentile(seconds: Sequence[float], percent: float) -> float:
    """The smallest of the values that at least so many percent of them do not exceed."""
    ordered = sorted(seconds)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _line(row: Row, ours: float | None) -> str:
    if not row.seconds:
        return f"| {row.name} | not measured: {row.failure} | | | | | |"
    median = statistics.median(row.seconds)
    times = [_ms(value) for value in (median, percentile(row.seconds, 99), max(row.seconds))]
    ratio = _ratio(median / ours) if ours else ""
    return f"| {row.name} | {len(row.seconds):,} | {' | '.join(times)} | {ratio} | {row.peak_mb:,.0f} |"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.3f}" if seconds < 0.01 else f"{seconds * 1e3:.1f}"


def _ratio(times: float) -> str:
    return f"{times:.2f}" if times < 10 else f"{times:,.0f}"
