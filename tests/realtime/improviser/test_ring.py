"""The ring: whatever was fed, rewound and replaced, its head is what the model makes of the notes it holds."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exported.imitation import CLOSEST, RECENT, Memory
from exported.onnx_model import OnnxModel
from midi.notes import ANSWER, HUMAN, Note
from midi.tokens import encode
from realtime.improviser.ring import ContextRing, correct, place_in_order
from tests.examples import examples


def melody(count: int, begin: int = 0) -> list[Note]:
    return [Note(begin + 12 * i, 6, 60 + (5 * i) % 13, 80) for i in range(count)]


def fed(model: OnnxModel, notes: list[Note], capacity: int = 4096) -> ContextRing:
    ring = ContextRing(model, capacity)
    for note in notes:
        ring.feed(note)
    ring.catch_up()
    return ring


def same_head(one: ContextRing, other: ContextRing) -> bool:
    pairs = [(one.head.state, other.head.state), (one.head.key, other.head.key)]
    pairs += list(zip(one.head.hidden, other.head.hidden, strict=True))
    return all(np.array_equal(left, right) for left, right in pairs)


def test_an_empty_ring_stands_at_the_beginning(model: OnnxModel) -> None:
    ring = ContextRing(model)
    assert len(ring) == 0
    assert ring.last_onset is None
    assert np.array_equal(ring.head.state, model.origin.state)


def test_rewinding_and_feeding_again_is_as_if_nothing_had_happened(model: OnnxModel) -> None:
    notes = melody(20)
    ring = fed(model, notes)
    ring.rewind(7)
    for note in notes[7:]:
        ring.feed(note)
    assert same_head(ring, fed(model, notes))


def test_replacing_a_note_in_the_past_is_as_if_it_had_been_that_note(model: OnnxModel) -> None:
    notes = melody(12)
    corrected = [*notes[:5], Note(60, 24, notes[5].pitch, 80), *notes[6:]]
    ring = fed(model, notes)
    assert correct(ring, notes[5], corrected[5])
    assert list(ring.notes()) == corrected
    assert same_head(ring, fed(model, corrected))
    assert not same_head(ring, fed(model, notes))


def test_the_context_reaches_further_back_than_the_ring(model: OnnxModel) -> None:
    notes = melody(50)
    small = fed(model, notes, capacity=8)
    assert list(small.notes()) == notes[-8:]
    assert same_head(small, fed(model, notes))


def test_a_full_ring_refuses_to_rewind_to_a_moment_that_is_gone(model: OnnxModel) -> None:
    ring = fed(model, melody(50), capacity=8)
    assert ring.floor == 43
    with pytest.raises(IndexError, match="43 to 50 are held"):
        ring.rewind(42)
    ring.rewind(43)
    assert ring.end == 43
    with pytest.raises(IndexError, match="no note at 44"):
        ring.note(44)


def test_a_note_put_before_others_is_as_if_it_had_come_in_time(model: OnnxModel) -> None:
    notes = melody(10)
    ring = fed(model, [*notes[:4], *notes[5:]])
    place_in_order(ring, notes[4])
    assert list(ring.notes()) == notes
    assert same_head(ring, fed(model, notes))


def test_of_a_burst_of_changes_each_note_is_stepped_over_once(model: OnnxModel) -> None:
    notes = melody(30)
    ring = ContextRing(model)
    for note in notes:
        ring.feed(note)
    assert ring.catch_up() == 30
    for position, duration in ((29, 3), (12, 3), (20, 3), (12, 4)):
        assert correct(ring, ring.note(position), replace(notes[position], duration=duration))
    ring.feed(Note(1_000, 3, 60, 80))
    assert ring.catch_up() == 31 - 12
    assert ring.catch_up() == 0


def test_what_is_recalled_are_the_notes_that_followed(model: OnnxModel) -> None:
    notes = melody(30)
    for capacity in (64, 20, 12):
        ring = fed(model, notes, capacity)
        held = [encode(later, earlier.onset, model.card.inputs) for earlier, later in pairwise(notes[-capacity:])]
        held = held[: max(0, len(held) - RECENT)]
        voters = ring.recall(ring.head.key).voters
        assert [token for _, token in voters] == held
        whole = fed(model, notes).recall(ring.head.key).voters[-len(held) :]
        most = max(weight for weight, _ in whole)  # weights are relative to it, and a small ring may have lost it
        assert [weight for weight, _ in voters] == pytest.approx([weight / most for weight, _ in whole], rel=1e-4)
    assert not fed(model, notes, RECENT).recall(ring.head.key).voters


@pytest.mark.parametrize("count", [250, 600, 700])
def test_of_a_long_performance_a_ring_of_any_age_recalls_the_closest(model: OnnxModel, count: int) -> None:
    """The ring goes round; what is recalled is what evaluation recalls, which has all in one array."""
    notes, capacity = [Note(12 * i, 6, 40 + (i * i // 3) % 47, 80) for i in range(count)], 256
    ring, keys = ContextRing(model, capacity), []
    for note in notes:
        ring.feed(note)
        keys.append(ring.head.key.copy())
    told = [encode(note, earlier.onset, model.card.inputs) for earlier, note in pairwise(notes)]
    oldest, end = max(0, count - capacity), count - 1 - RECENT
    every = np.array(keys[oldest:end]), np.array(told[oldest:end])
    expected = Memory.recall(ring.head.key, *every, model.imitation)
    assert len(expected.voters) == CLOSEST
    found = sorted((tuple(token), weight) for weight, token in ring.recall(ring.head.key).voters)
    wanted = sorted((tuple(token), weight) for weight, token in expected.voters)
    assert [token for token, _ in found] == [token for token, _ in wanted]
    assert [weight for _, weight in found] == pytest.approx([weight for _, weight in wanted], rel=1e-4)


def test_a_moment_recalls_itself_most(model: OnnxModel) -> None:
    notes = melody(30)
    again = fed(model, notes[:12])
    voters = fed(model, notes).recall(again.head.key).voters
    assert max(range(len(voters)), key=lambda index: voters[index][0]) == 11


def test_a_note_is_taken_in_with_its_voice_and_its_place(model: OnnxModel) -> None:
    note = Note(30, 6, 60, 80, voice=HUMAN)
    ring = ContextRing(model, place_of=lambda tick: (2, tick % 96))
    ring.feed(note)
    held = model.after(encode(note, None, model.card.inputs, (2, 30)), model.origin.state)
    assert np.array_equal(ring.head.state, held.state)
    assert not same_head(ring, fed(model, [note]))
    assert not same_head(fed(model, [note]), fed(model, [replace(note, voice=ANSWER)]))


def test_a_note_whose_moment_is_known_costs_no_step(model: OnnxModel) -> None:
    notes = melody(6)
    ring, other = fed(model, notes[:5]), fed(model, notes)
    ring.append(notes[5], encode(notes[5], notes[4].onset, model.card.inputs), other.head)
    assert ring.catch_up() == 0
    assert same_head(ring, other)


@settings(max_examples=examples(40))
@given(data=st.data())
def test_any_history_of_changes_ends_as_its_notes_say(model: OnnxModel, data: st.DataObject) -> None:
    ring, notes = ContextRing(model, 16), list[Note]()
    for _ in range(data.draw(st.integers(1, 12), label="operations")):
        position = data.draw(st.integers(ring.floor, ring.end), label="position")
        tail = [Note(10_000 + 24 * len(notes), 6, data.draw(st.integers(40, 90)), 64)]
        ring.rewind(position)
        for note in tail:
            ring.feed(note)
        notes = [*notes[:position], *tail]
    assert list(ring.notes()) == notes[-len(ring) :]
    assert same_head(ring, fed(model, notes))
