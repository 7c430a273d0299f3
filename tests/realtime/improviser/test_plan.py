"""The plan: what stands of it when the human plays, what was only predicted, and what a late fact does to the ring."""

import numpy as np
import pytest

from exported.onnx_model import OnnxModel
from exported.sampling import SamplingOptions
from midi.notes import ANSWER, HUMAN, Note
from realtime.improviser.biases import Biases
from realtime.improviser.outline import Outline
from realtime.improviser.plan import PREDICTED_FIRST, Plan
from realtime.improviser.ring import ContextRing, correct, place_in_order

ONLY_HUMAN = Biases((np.array([1.0, 1e-12], np.float32), None, None, None))
"""A bias by which the model believes that nobody but the human plays."""
ONLY_OURS = Biases((np.array([1e-12, 1.0], np.float32), None, None, None))


def ring_of(model: OnnxModel) -> ContextRing:
    ring = ContextRing(model)
    for index in range(4):
        ring.feed(Note(12 * index, 12, 60 + index, 80, voice=HUMAN))
    return ring


def plan_of(model: OnnxModel, ring: ContextRing, *, enters: bool = False, **more: object) -> Plan:
    outline = Outline(SamplingOptions(1.0, 0.0), 48, None, 0, lambda *_: 80, may_end=False, **more)  # type: ignore[arg-type]
    return Plan(model, ring, outline, enters=enters)


def test_after_a_beat_of_the_humans_the_next_note_is_our_own(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan = plan_of(model, ring, predicts_human=True, biases=ONLY_HUMAN)
    notes = [plan.decide(rng, index) for index in range(200)]
    voices = [note.voice for note in notes if note is not None]
    assert HUMAN in voices
    assert ANSWER in voices


def test_few_notes_are_predicted_before_our_own_answers(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan = plan_of(model, ring, predicts_human=True, biases=ONLY_HUMAN)
    played_over(ring, plan, 48, 48)
    notes = [plan.decide(rng, index) for index in range(PREDICTED_FIRST + 1)]
    assert [note.voice for note in notes if note is not None] == [HUMAN] * PREDICTED_FIRST + [ANSWER]


def test_what_was_predicted_and_did_not_come_leaves_the_plan(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan = plan_of(model, ring, predicts_human=True, biases=ONLY_HUMAN)
    note = plan.decide(rng, 1)
    assert note is not None
    assert note.voice == HUMAN
    plan.forget_predicted(note.onset)
    assert len(plan.branch.planned) == 1, "it may still come"
    plan.forget_predicted(note.onset + 1)
    assert not plan.branch.planned


@pytest.mark.parametrize("not_before", [55, 90, 1_000])
def test_a_note_is_drawn_among_the_times_that_are_not_over(model: OnnxModel, not_before: int) -> None:
    onsets = set()
    for seed in range(40):
        note = plan_of(model, ring_of(model)).decide(np.random.default_rng(seed), 1, not_before)
        assert note is not None
        onsets.add(note.onset)
    assert min(onsets) >= not_before
    assert not_before == 1_000 or onsets != {not_before}, "a wait is drawn among those that are left, not cut off"


def test_a_sent_note_goes_below_a_higher_human_one_of_its_onset(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan = plan_of(model, ring, enters=True)
    note = plan.decide(rng, 1)
    assert note is not None
    played_over(ring, plan, note.onset, note.onset, pitch=127)
    assert not plan.sent(1), "it has been in the ring since"
    assert [one.pitch for one in ring.notes()][-2:] == [note.pitch, 127]


def test_only_what_is_due_with_the_human_note_stands(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan = plan_of(model, ring)
    notes = [plan.decide(rng, index) for index in range(12)]
    onsets = [note.onset for note in notes if note is not None]
    cut = onsets[5]
    played_over(ring, plan, cut, cut)
    assert not plan.branch.planned
    ours = [one.onset for one in ring.notes() if one.voice == ANSWER]
    assert ours == [onset for onset in onsets if onset <= cut], "what stands is a fact"
    assert len(ours) < len(onsets)


def played_over(ring: ContextRing, plan: Plan, at: int, kept_until: int, pitch: int = 60) -> None:
    """The human plays a note at a tick, into the ring and over the plan; what is meant for a tick or before stands."""
    kept = [each.note_id for each in plan.branch.planned if each.note.voice == ANSWER and each.note.onset <= kept_until]
    plan.cancelled(max(kept, default=-1))
    theirs = Note(at, None, pitch, 80, voice=HUMAN)
    place_in_order(ring, theirs)
    plan.interrupted(at)


def planned_ahead(ring: ContextRing, plan: Plan, rng: np.random.Generator, count: int) -> tuple[Plan, list[int]]:
    """The plan with so many notes of our own, 0 to `count` - 1, all stepped over; and their onsets."""
    notes = [plan.decide(rng, index) for index in range(count)]
    plan.catch_up()
    onsets = [note.onset for note in notes if note is not None and note.voice == ANSWER]
    assert len(onsets) == count
    return plan, onsets


def assert_as_taken_in_at_once(ring: ContextRing, plan: Plan) -> None:
    """Ring and branch know what they would, had every note been taken in, once and in the order of time."""
    anew = ContextRing(plan.model)
    for note in [*ring.notes(), *(each.note for each in plan.branch.planned)]:
        anew.feed(note)
    assert np.allclose(plan.branch.state.state, anew.head.state, atol=1e-5)


@pytest.mark.parametrize("sent", [0, 12])
def test_what_stands_is_decided_from_in_the_order_of_time(model: OnnxModel, sent: int) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan, _ = planned_ahead(ring, plan_of(model, ring), rng, 12)
    assert all(plan.sent(index) for index in range(sent))
    played_over(ring, plan, 30, 48 if sent else plan.decided_until)
    assert plan.decide(rng, 12) is not None
    plan.catch_up()
    assert_as_taken_in_at_once(ring, plan)


def test_a_late_duration_counts_for_what_is_decided_next(model: OnnxModel) -> None:
    ring, rng = ring_of(model), np.random.default_rng(0)
    plan, _ = planned_ahead(ring, plan_of(model, ring), rng, 6)
    assert correct(ring, ring.note(ring.end - 1), Note(36, 40, 63, 80, voice=HUMAN))
    plan.branch.invalidate()
    assert plan.decide(rng, 6) is not None
    plan.catch_up()
    assert_as_taken_in_at_once(ring, plan)
