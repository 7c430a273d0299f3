import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.notes import TICKS_PER_BEAT
from realtime.improviser.grid import TOLERANCE, snapped, snapped_run


@pytest.mark.parametrize(
    ("tick", "line"),
    [(0, 0), (1, 0), (2, 0), (23, 24), (22, 24), (5, 6), (4, 6), (9, 8), (11, 12), (13, 12), (15, 16), (19, 18)],
)
def test_an_onset_near_a_line_moves_to_it(tick: int, line: int) -> None:
    assert snapped(tick, 0) == line


@pytest.mark.parametrize("tick", [3, 21])
def test_a_thirty_second_stays_where_it_is(tick: int) -> None:
    assert snapped(tick, 0) == tick


def test_lines_are_counted_from_the_beat_and_before_it_too() -> None:
    assert snapped(1_007, 1_006) == 1_006
    assert snapped(-25, 0) == -24
    assert snapped(5, 24_005) == 5


def test_an_onset_never_lands_on_the_one_before() -> None:
    assert snapped(6, 0, after=snapped(4, 0)) == 7


def test_each_beat_is_read_on_the_grid_that_fits_it() -> None:
    assert snapped_run([0, 7, 16, 24, 31, 35, 43, 48], 0) == [0, 8, 16, 24, 30, 36, 42, 48]


def test_chords_stay_chords() -> None:
    assert snapped_run([0, 0, 0, 13, 13, 23], 0) == [0, 0, 0, 12, 12, 24]


def test_a_trill_keeps_its_notes_and_their_order() -> None:
    trill = list(range(0, 48, 3))
    heard = snapped_run(trill, 0)
    assert all(earlier < later for earlier, later in itertools.pairwise(heard))
    assert max(abs(after - before) for before, after in zip(trill, heard, strict=True)) <= 3


@given(st.lists(st.integers(0, 20), min_size=1, max_size=60), st.integers(-100, 100))
def test_snapping_keeps_the_order_and_the_chords(waits: list[int], origin: int) -> None:
    ticks = list(itertools.accumulate(waits))
    for before, after in itertools.pairwise(zip(ticks, snapped_run(ticks, origin), strict=True)):
        assert (before[0] == after[0]) == (before[1] == after[1])
        assert before[1] <= after[1]


@given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000))
def test_what_is_on_a_line_stays_there_and_nothing_moves_far(tick: int, origin: int) -> None:
    line = snapped(tick, origin)
    assert abs(line - tick) <= TOLERANCE
    assert snapped(line, origin) == line


def test_jitter_of_a_tick_is_taken_off_sixteenths() -> None:
    rng = np.random.default_rng(0)
    true = np.arange(64) * TICKS_PER_BEAT // 4
    heard = np.sort(true + rng.integers(-1, 2, 64))
    assert np.mean(np.array(snapped_run(heard.tolist(), 0)) == true) > 0.95
