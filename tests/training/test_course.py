"""The course of a training: what it remembers, and when it is over."""

import json

import numpy as np

from training.course import Course
from training.plan import Plan

PLAN = Plan(epochs=10, streams=1, chunk=100, patience=3, patient_for=0.25)
NOTES = 1000


def course(*held_out: float) -> Course:
    """A look every ten steps."""
    made = Course()
    for index, nats in enumerate(held_out):
        for _ in range(10):
            made.learned(nats=200.0, notes=100.0)
            made.seconds += 1.0
        made.looked(np.array([0.25 * nats, 0.75 * nats]), epoch=index + 1.0, weights={"0": np.array([nats])})
    return made


def test_the_best_weights_are_kept_and_later_worse_ones_are_not() -> None:
    made = course(3.0, 2.0, 2.5)
    assert made.best_look is not None
    assert (made.best_look.step, made.best_look.held_out, made.best["0"][0]) == (20, 2.0, 2.0)


def test_each_look_tells_what_was_learned_since_the_one_before() -> None:
    made = course(3.0, 2.0)
    assert [look.learning for look in made.looks] == [2.0, 2.0]
    assert (made.nats, made.notes) == (0.0, 0.0)
    made.learned(50.0, 10.0)
    made.seconds += 4
    assert made.since_look == (1, 4.0)


def test_a_course_comes_back_from_json() -> None:
    made = course(3.0, 2.0)
    assert Course.of(json.loads(json.dumps(made.as_json())), made.best) == made


def test_it_is_over_when_the_plan_is_fulfilled_and_seen() -> None:
    assert not course().over(PLAN, NOTES)
    assert not course(*[3.0 - 0.1 * n for n in range(9)]).over(PLAN, NOTES)
    assert course(*[3.0 - 0.1 * n for n in range(10)]).over(PLAN, NOTES)


def test_it_is_over_early_only_if_the_best_is_far_back_in_looks_and_in_the_plan() -> None:
    assert not course(2.0, 3.0, 3.0).over(PLAN, NOTES)
    assert course(2.0, 3.0, 3.0, 3.0).over(PLAN, NOTES)
    longer = Plan(epochs=40, streams=1, chunk=100, patience=3, patient_for=0.25)
    assert not course(2.0, 3.0, 3.0, 3.0).over(longer, NOTES)


def test_its_story_names_pass_pace_and_losses() -> None:
    made = course(3.0, 2.0, 2.5)
    made.learned(50.0, 10.0)
    assert made.story(1.25, 14200.4) == "pass 1.2, 14,200 notes/s, learning 5.000, held out 2.500 (best 2.000)"
