"""Places in the bar: a few rows tell them for a whole piece, and what is unknown stays unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.meter import LONGEST_BAR, METERS, UNKNOWN_METER, Bar, bar_ticks, merged, meter_of, place

THREE, FOUR = meter_of(3, 4), meter_of(4, 4)

bars = st.lists(
    st.integers(UNKNOWN_METER, len(METERS) - 1).flatmap(
        lambda meter: st.builds(
            Bar,
            st.integers(0, 500),
            st.integers(0, 0 if meter == UNKNOWN_METER else bar_ticks(meter) - 1),
            st.just(meter),
        )
    ),
    max_size=8,
).map(lambda rows: sorted(rows, key=lambda bar: bar.tick))


def test_a_bar_is_its_beats_of_its_unit_at_24_ticks_a_quarter() -> None:
    assert [bar_ticks(meter_of(*meter)) for meter in ((3, 4), (6, 8), (2, 2), (9, 16))] == [72, 72, 96, 54]


def test_no_meter_is_told_twice_and_the_longest_bar_is_the_longest() -> None:
    assert len(set(METERS)) == len(METERS)
    assert max(bar_ticks(meter) for meter in range(len(METERS))) == LONGEST_BAR


def test_bars_follow_each_other_from_a_pickup_on() -> None:
    pickup = [Bar(0, 72, FOUR)]
    assert [place(pickup, tick) for tick in (0, 23, 24, 119, 120)] == [
        (FOUR, 72),
        (FOUR, 95),
        (FOUR, 0),
        (FOUR, 95),
        (FOUR, 0),
    ]


def test_a_tick_before_the_first_bar_or_in_an_unknown_meter_has_no_place() -> None:
    rows = [Bar(10, 0, FOUR), Bar(106, 0, meter_of(11, 8)), Bar(200, 0, THREE)]
    assert [place(rows, tick) for tick in (9, 10, 105, 106, 199, 200)] == [
        None,
        (FOUR, 0),
        (FOUR, 95),
        None,
        None,
        (THREE, 0),
    ]
    assert place([], 0) is None


def test_only_bars_that_tell_something_new_are_kept() -> None:
    regular = [Bar(0, 72, FOUR), Bar(24, 0, FOUR), Bar(120, 0, FOUR)]
    late, change = Bar(200, 0, FOUR), Bar(296, 0, THREE)
    assert merged([*regular, late, change, Bar(368, 0, THREE)]) == (regular[0], late, change)


def test_of_two_bars_at_one_tick_the_later_told_counts() -> None:
    assert merged([Bar(0, 0, FOUR), Bar(0, 0, THREE)]) == (Bar(0, 0, THREE),)


def test_what_is_nowhere_known_is_no_bars() -> None:
    assert merged([Bar(0, 0, UNKNOWN_METER), Bar(96, 0, UNKNOWN_METER)]) == ()


@given(rows=bars, tick=st.integers(0, 1000))
def test_merging_moves_no_note(rows: list[Bar], tick: int) -> None:
    assert place(merged(rows), tick) == place(rows, tick)


@pytest.mark.parametrize("meter", range(len(METERS)))
def test_every_place_is_inside_its_bar(meter: int) -> None:
    told = {place([Bar(5, 3, meter)], tick) for tick in range(5, 5 + bar_ticks(meter))}
    assert told == {(meter, position) for position in range(bar_ticks(meter))}
