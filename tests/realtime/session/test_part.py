"""The part: what the engine is told of what really happened."""

import pytest

from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from realtime.messages import AnswerEnd, Cancelled, Panicked, Played, Proposal, Released, Sent
from realtime.session.part import Part
from realtime.settings import Settings
from tests.realtime.session.parts import part_of

MS = 1_000_000


def sounding(part: Part) -> None:
    """One answering note, from 0 to 500 ms, sounds."""
    part.take(Proposal(7, part.epoch, 0, 24, 0, 72, 80, 0), 0)
    for message in part.due(0):
        part.sent(message, 0)
    part.to_engine.clear()


def test_a_note_that_was_cut_is_told_with_the_moment() -> None:
    part = part_of()
    sounding(part)
    for message in part.play(bytes((NOTE_ON, 60, 80)), 100 * MS):
        part.sent(message, 101 * MS)
    assert list(part.to_engine) == [
        Cancelled(1, 7),
        Played(100 * MS, NOTE_ON, 60, 80),
        Released(7, 100 * MS),
    ]


def test_a_note_heard_late_was_played_when_it_came_and_silences_the_answer_now() -> None:
    part = part_of()
    sounding(part)
    cut = part.play(bytes((NOTE_ON, 60, 80)), 80 * MS, 100 * MS)
    assert [(message.due_ns, message.data) for message in cut] == [(100 * MS, bytes((NOTE_OFF, 72, 0)))]
    assert list(part.to_engine) == [Cancelled(1, 7), Played(80 * MS, NOTE_ON, 60, 80)]


def test_a_note_that_ended_in_its_time_is_not_told_again() -> None:
    part = part_of()
    sounding(part)
    for message in part.due(500 * MS):
        part.sent(message, 500 * MS)
    assert not [message for message in part.to_engine if isinstance(message, Sent | Released)]


def test_a_panic_silences_all_and_voids_what_was_proposed() -> None:
    part = part_of(Settings(thru=True))
    sounding(part)
    for message in part.pass_through(bytes((NOTE_ON | 1, 61, 80)), 0, 0):
        part.sent(message, 0)
    silenced = [message.data.hex(" ") for message in part.panic(50 * MS)]
    assert silenced == ["80 48 00", "81 3d 00", "b0 7b 00", "b0 78 00", "b1 7b 00", "b1 78 00"]
    assert list(part.to_engine) == [Cancelled(1, 7), Panicked()]
    part.take(Proposal(8, part.epoch - 1, 3, 5, 0, 72, 80, 0), 50 * MS)
    assert part.next_due_ns is None, "a proposal made before the panic was accepted"


@pytest.mark.parametrize("mode", ["reply", "accompany", "solo"])
def test_all_sound_off_from_the_human_leaves_the_answer_alone(mode: str) -> None:
    part = part_of(Settings(mode=mode))
    sounding(part)
    epoch = part.epoch
    assert part.play(bytes((CONTROL_CHANGE, 120, 0)), 50 * MS) == []
    assert part.epoch == epoch


def test_an_answer_lost_with_the_engine_counts_as_given() -> None:
    part = part_of()
    part.cancel_and_release(0)
    assert not part.answer.is_over, "nothing of it had sounded: the phrase is still to be answered"
    sounding(part)
    part.cancel_and_release(10 * MS)
    assert part.answer.is_over


def test_an_answer_is_over_when_its_last_note_is() -> None:
    part = part_of()
    sounding(part)
    part.take(AnswerEnd(part.epoch, 24), 0)
    for message in part.due(499 * MS):
        part.sent(message, 0)
    assert not part.answer.is_over
    part.due(500 * MS)
    part.due(500 * MS)
    assert part.answer.is_over
