"""Rows of figures: what is printed beside a bar is computed from the figures."""

import pytest

from benchmarks.live.figures import HEADING, Facts, Limit, percentile, row, slope

MS = 1_000_000


def test_a_bar_is_met_by_figures_below_it_and_at_it() -> None:
    assert row("x", [MS] * 100, Limit(0.99, 1.0)).endswith("   p99 <= 1: met")


def test_a_bar_is_missed_by_the_hundredth_above_it() -> None:
    told = row("x", [MS] * 98 + [3 * MS] * 2, Limit(0.5, 1.0), Limit(0.99, 1.0))
    assert told.endswith("   median <= 1: met, p99 <= 1: MISSED")


def test_of_few_figures_the_hundredth_is_the_worst() -> None:
    assert percentile([1.0, 2.0, 3.0], 0.99) == 3.0
    assert percentile([float(value) for value in range(1, 201)], 0.99) == 199.0


def test_the_thousandth_is_told_only_of_a_thousand() -> None:
    few, many = row("x", [MS] * 999), row("x", [MS] * 1000)
    assert (few.split(), many.split()) == (["x", "999", "1.000", "1.000", "1.000"], ["x", "1000", *["1.000"] * 4])


def test_rows_stand_below_the_heading() -> None:
    told = row("x", [1234567] * 2000)
    assert told.index("2000") + 4 == HEADING.index("n ") + 1
    assert len(told) == HEADING.index("   must")


def test_no_figures_are_told_as_none() -> None:
    assert row("x", [], Limit(0.5, 1.0)).split() == ["x", "0"]


def test_facts_hold_only_if_all_do() -> None:
    told: list[str] = []
    facts = Facts(told.append)
    facts.check("one", holds=True)
    held_so_far = facts.all_hold
    facts.check("two", holds=False)
    facts.check("three", holds=True)
    assert (held_so_far, facts.all_hold) == (True, False)
    assert told == ["one: met", "two: MISSED", "three: met"]


def test_the_slope_is_that_of_the_line_through_the_values() -> None:
    assert slope([0, 1, 2, 3], [5, 7, 9, 11]) == pytest.approx(2.0)
    assert slope([0, 1, 2, 3], [1, 0, 1, 0]) == pytest.approx(-0.2)
    assert slope([3], [4]) == 0.0
