"""The plan: how long, how fast, and what a person may write for a time."""

from dataclasses import replace

import pytest

from midi.errors import InputError
from training.plan import EPOCHS, FLOOR, LEAST_STEPS, Plan, seconds_of


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("20m", 1200), ("2h", 7200), ("1h30m", 5400), ("45", 45), (" 5M ", 300)]
)
def test_times_are_read(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0m", "-5m", "5 minutes", "1.5h", "m", "20m1h"])
def test_what_is_no_time_is_refused_with_examples(text: str) -> None:
    with pytest.raises(InputError, match="90s, 20m, 2h"):
        seconds_of(text)


def test_a_small_folder_gets_enough_steps_and_a_large_one_its_epochs() -> None:
    plan = Plan(streams=32, chunk=64)
    assert plan.steps(500) == LEAST_STEPS
    assert plan.steps(2_048_000) == EPOCHS * 1000
    assert Plan(epochs=3).steps(2_048_000) == 3000
    assert Plan(seconds=60).steps(500) is None


def test_little_music_gets_more_dropout_unless_a_share_was_asked_for() -> None:
    assert Plan().for_notes(1_000).dropout == 0.3
    assert Plan().for_notes(1_000_000).dropout == 0.1
    assert Plan(dropout=0.0).for_notes(1_000).dropout == 0.0


def test_a_resumed_training_may_end_elsewhere_and_share_all_else() -> None:
    plan = Plan()
    assert replace(plan, epochs=3, seconds=7, patience=1).settings() == plan.settings()
    for other in ({"width": 8}, {"dropout": 0.5}, {"weight_drop": 0.5}, {"chunk": 8}, {"seed": 2}, {"rate": 1.0}):
        assert replace(plan, **other).settings() != plan.settings()


def test_progress_follows_whichever_ends_first() -> None:
    plan = Plan(epochs=2, seconds=100)
    assert plan.progress(500, 10, 2_048_000) == 0.25
    assert plan.progress(10, 80, 2_048_000) == 0.8
    assert plan.progress(10, 500, 2_048_000) == 1


def test_the_rate_rises_then_falls_to_its_floor_and_never_rises_again() -> None:
    plan = Plan(rate=1.0)
    assert plan.rate_at(0, 0) == pytest.approx(0.01)
    rates = [plan.rate_at(100 + step, step / 1000) for step in range(1001)]
    assert rates[0] == pytest.approx(1)
    assert rates[-1] == pytest.approx(FLOOR)
    assert rates == sorted(rates, reverse=True)
