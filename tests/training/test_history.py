"""The course of a training: what it remembers, and when it is over."""

import json

import numpy as np

from training.history import History
from training.plan import Plan

PLAN = Plan(epochs=10, streams=1, chunk=100, patience=3, patient_for=0.25)
NOTES = 1000


def history_of(*held_out: float) -> History:
    """A look every ten steps."""
    history = History()
    for index, nats in enumerate(held_out):
        for _ in range(10):
            history.add_step(nats=200.0, notes=100.0)
            history.seconds += 1.0
        history.add_validation(np.array([0.25 * nats, 0.75 * nats]), epoch=index + 1.0, weights={"0": np.array([nats])})
    return history


def test_the_best_weights_are_kept_and_later_worse_ones_are_not() -> None:
    history = history_of(3.0, 2.0, 2.5)
    assert (history.best_validation.step, history.best_validation.held_out, history.best["0"][0]) == (20, 2.0, 2.0)


def test_each_look_tells_what_was_learned_since_the_one_before() -> None:
    history = history_of(3.0, 2.0)
    assert [validation.learning for validation in history.validations] == [2.0, 2.0]
    assert (history.nats, history.notes) == (0.0, 0.0)
    history.add_step(50.0, 10.0)
    history.seconds += 4
    assert history.since_validation == (1, 4.0)


def test_a_course_comes_back_from_json() -> None:
    history = history_of(3.0, 2.0)
    assert History.of(json.loads(json.dumps(history.as_json())), history.best) == history


def test_it_is_over_when_the_plan_is_fulfilled_and_seen() -> None:
    assert not history_of().over(PLAN, NOTES)
    assert not history_of(*[3.0 - 0.1 * n for n in range(9)]).over(PLAN, NOTES)
    assert history_of(*[3.0 - 0.1 * n for n in range(10)]).over(PLAN, NOTES)


def test_it_is_over_early_only_if_the_best_is_far_back_in_looks_and_in_the_plan() -> None:
    assert not history_of(2.0, 3.0, 3.0).over(PLAN, NOTES)
    assert history_of(2.0, 3.0, 3.0, 3.0).over(PLAN, NOTES)
    longer = Plan(epochs=40, streams=1, chunk=100, patience=3, patient_for=0.25)
    assert not history_of(2.0, 3.0, 3.0, 3.0).over(longer, NOTES)


def test_its_story_names_pass_pace_and_losses() -> None:
    history = history_of(3.0, 2.0, 2.5)
    history.add_step(50.0, 10.0)
    assert history.story(1.25, 14200.4) == "pass 1.2, 14,200 notes/s, learning 5.000, held out 2.500 (best 2.000)"
