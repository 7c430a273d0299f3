"""Measures to bars: pickups, bars in two halves, ends of sections, changes of meter."""

from collections.abc import Sequence

import pytest

from midi.meter import UNKNOWN_METER, Bar, meter_of, place
from training.scores import Measure, bars_of

THREE, FOUR = meter_of(3, 4), meter_of(4, 4)


def measures(*lengths: int, meter: int = FOUR) -> list[Measure]:
    """One after the other, their lengths in ticks."""
    return [Measure(sum(lengths[:index]), length, meter) for index, length in enumerate(lengths)]


def positions(rows: Sequence[Measure]) -> list[int | None]:
    """Where in the bar each measure begins."""
    told = [place(bars_of(rows), row.tick) for row in rows]
    return [at and at[1] for at in told]


def test_whole_measures_are_one_row_of_bars() -> None:
    assert bars_of(measures(96, 96, 96)) == (Bar(0, 0, FOUR),)


def test_a_pickup_ends_at_the_end_of_its_bar() -> None:
    assert bars_of(measures(24, 96, 96)) == (Bar(0, 72, FOUR),)


@pytest.mark.parametrize("pickup", [12, 48, 72, 95])
def test_a_first_measure_is_a_pickup_however_long(pickup: int) -> None:
    assert positions(measures(pickup, 96)) == [96 - pickup, 0]


def test_a_bar_cut_by_a_repeat_sign_is_one_bar() -> None:
    assert bars_of(measures(24, 96, 72, 24, 96)) == (Bar(0, 72, FOUR),)
    assert positions(measures(96, 48, 48, 96)) == [0, 0, 48, 0]


def test_a_bar_may_be_cut_into_three() -> None:
    assert positions(measures(96, 48, 24, 24, 96)) == [0, 0, 48, 72, 0]


def test_a_second_ending_completes_no_first_one() -> None:
    assert positions(measures(24, 96, 72, 72, 24, 96)) == [72, 0, 0, 0, 72, 0]


def test_a_short_measure_before_a_whole_one_is_a_pickup_and_nearly_a_bar_is_the_end_of_a_section() -> None:
    assert positions(measures(96, 24, 96)) == [0, 72, 0]
    assert positions(measures(24, 96, 72, 96)) == [72, 0, 0, 0]


def test_the_last_measure_leaves_room_for_the_pickup() -> None:
    assert positions(measures(24, 96, 72)) == [72, 0, 0]


def test_a_measure_that_is_too_long_begins_with_a_bar_and_so_does_the_next() -> None:
    assert positions(measures(96, 108, 96)) == [0, 0, 0]


def test_a_change_of_meter_begins_a_bar() -> None:
    rows = [Measure(0, 96, FOUR), Measure(96, 72, THREE), Measure(168, 72, THREE)]
    assert bars_of(rows) == (Bar(0, 0, FOUR), Bar(96, 0, THREE))


def test_an_unknown_meter_has_no_places_and_what_follows_has() -> None:
    rows = [Measure(0, 96, FOUR), Measure(96, 60, UNKNOWN_METER), Measure(156, 96, FOUR)]
    assert positions(rows) == [0, None, 0]


def test_measures_of_no_length_and_no_measures_tell_nothing() -> None:
    assert bars_of([]) == ()
    assert bars_of(measures(0, 24, 96)) == (Bar(0, 72, FOUR),)
    assert bars_of(measures(96, 96, meter=UNKNOWN_METER)) == ()
