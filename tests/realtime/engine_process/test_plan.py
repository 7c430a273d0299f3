"""The plan: what stands of it when the human plays, what was only foretold, and what a late fact does to the ring."""

import numpy as np
import pytest

from exported.sampling import Taste
from midi.notes import ANSWER, HUMAN, Note
from realtime.engine_process.context import place_in_order
from realtime.engine_process.model import StepModel
from realtime.engine_process.plan import Plan
from realtime.engine_process.ring import ContextRing

ONLY_HUMAN = (np.array([1.0, 1e-12], np.float32), None, None, None)
"""A lean by which the model believes that nobody but the human plays."""


def heard(model: StepModel) -> ContextRing:
    ring = ContextRing(model)
    for index in range(4):
        ring.feed(Note(12 * index, 12, 60 + index, 80, voice=HUMAN))
    return ring


def plan_of(model: StepModel, **more: object) -> Plan:
    settings: dict[str, object] = {"enters": False, "may_end": False} | more
    return Plan(model, Taste(1.0, 0.0), 48, None, 0, lambda *_: 80, **settings)  # type: ignore[arg-type]


def test_after_a_beat_of_the_humans_the_next_note_is_our_own(model: StepModel) -> None:
    ring, rng = heard(model), np.random.default_rng(0)
    plan = plan_of(model, foretells=True, lean=ONLY_HUMAN)
    notes = [plan.decide(ring, rng, index) for index in range(200)]
    voices = [note.voice for note in notes if note is not None]
    assert HUMAN in voices
    assert ANSWER in voices


def test_what_was_foretold_and_did_not_come_leaves_the_plan(model: StepModel) -> None:
    ring, rng = heard(model), np.random.default_rng(0)
    plan = plan_of(model, foretells=True, lean=ONLY_HUMAN)
    note = plan.decide(ring, rng, 1)
    assert note is not None
    assert note.voice == HUMAN
    plan.forget_foretold(note.onset)
    assert len(plan._branch) == 1, "it may still come"
    plan.forget_foretold(note.onset + 1)
    assert not plan._branch


@pytest.mark.parametrize("not_before", [55, 90, 1_000])
def test_a_note_is_drawn_among_the_times_that_are_not_over(model: StepModel, not_before: int) -> None:
    onsets = set()
    for seed in range(40):
        note = plan_of(model).decide(heard(model), np.random.default_rng(seed), 1, not_before)
        assert note is not None
        onsets.add(note.onset)
    assert min(onsets) >= not_before
    assert not_before == 1_000 or onsets != {not_before}, "a wait is drawn among those that are left, not cut off"


def test_a_note_that_went_out_is_put_before_a_higher_one_of_the_humans_at_its_onset(model: StepModel) -> None:
    ring, rng = heard(model), np.random.default_rng(0)
    plan = plan_of(model, enters=True)
    note = plan.decide(ring, rng, 1)
    assert note is not None
    place_in_order(ring, Note(note.onset, 12, 127, 80, voice=HUMAN))
    plan.interrupted(note.onset, note.onset)
    assert plan.sent(1, ring)
    assert [one.pitch for one in ring.notes()][-2:] == [note.pitch, 127]


def test_of_a_plan_stands_what_is_due_with_the_humans_note_and_nothing_later(model: StepModel) -> None:
    ring, rng = heard(model), np.random.default_rng(0)
    plan = plan_of(model)
    notes = [plan.decide(ring, rng, index) for index in range(12)]
    onsets = [note.onset for note in notes if note is not None]
    cut = onsets[5]
    plan.interrupted(cut, cut)
    assert [one.note.onset for one in plan._branch] == [onset for onset in onsets if onset <= cut]
    assert len(plan._branch) < len(onsets)
