"""What is made of pulses that are not where they were expected."""

import pytest

from realtime.session.transport.surprise import GAP, LONGEST_RUN, PHASE, TEMPO, Explanation, Seen, explain

MS = 1e6
PERIOD = 20 * MS
DEVIATION = 0.2 * MS


def seen(*late_ms: float) -> list[Seen]:
    """Pulses so late by one line, after eight that were on it."""
    late = [*[0.0] * 8, *late_ms]
    return [Seen((step + 1) * PERIOD + ms * MS, step * PERIOD, PERIOD) for step, ms in enumerate(late)]


def explained(*late_ms: float) -> Explanation | None:
    """What explains them, of which each was a surprise."""
    return explain(seen(*late_ms), len(late_ms), DEVIATION)


@pytest.mark.parametrize("late_ms", [5, -5, 20, 40])
def test_one_pulse_alone_tells_nothing(late_ms: float) -> None:
    assert explained(late_ms) is None


@pytest.mark.parametrize("late_ms", [3, -3, 8])
def test_two_that_are_as_late_are_a_shift(late_ms: float) -> None:
    assert explained(late_ms, late_ms) == Explanation(PHASE, 2)


@pytest.mark.parametrize("late_ms", [2, -7, 13])
def test_two_of_which_the_second_is_twice_as_late_are_another_tempo(late_ms: float) -> None:
    assert explained(late_ms, 2 * late_ms) == Explanation(TEMPO, 2)


@pytest.mark.parametrize("missing", [1, 2, 5])
def test_two_that_are_whole_periods_late_follow_a_gap(missing: int) -> None:
    assert explained(20 * missing, 20 * missing) == Explanation(GAP, 2, missing)


def test_one_missing_and_soon_another_is_not_half_the_tempo() -> None:
    assert explained(20, 40) is None, "either may be"
    assert explained(20, 40, 40) == Explanation(GAP, 3, 2)
    assert explained(20, 40, 60) == Explanation(TEMPO, 3)


def test_a_change_is_found_where_it_was_not_yet_noticed() -> None:
    """The first two pulses of another tempo were within what jitter explains; only then came surprises."""
    assert explain(seen(1, 2, 3, 4), 2, MS / 2) == Explanation(TEMPO, 4)


def test_several_that_were_held_up_and_came_at_once_change_nothing() -> None:
    assert explained(45, 25, 5) is None


def test_what_nothing_explains_for_long_is_taken_for_another_tempo() -> None:
    assert explained(*[(-1) ** index * 9.0 for index in range(LONGEST_RUN)]) == Explanation(TEMPO, LONGEST_RUN)
