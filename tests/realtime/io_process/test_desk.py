"""The desk: what the engine is told of what really happened."""

from realtime.io_process.desk import Desk
from realtime.messages import NOTE_OFF, NOTE_ON, AnswerOver, Played, Proposal, Released, Sent

MS = 1_000_000
CONTROL_CHANGE = 0xB0


def sounding(desk: Desk) -> None:
    """One answering note, from 0 to 500 ms, sounds."""
    desk.take(Proposal(7, desk.epoch, 0, 24, 0, 72, 80, 0), 0)
    for message in desk.due(0):
        desk.sent(message, 0)
    desk.to_engine.clear()


def test_a_note_that_was_cut_is_told_with_the_moment() -> None:
    desk = Desk()
    sounding(desk)
    for message in desk.play(bytes((NOTE_ON, 60, 80)), 100 * MS):
        desk.sent(message, 101 * MS)
    assert list(desk.to_engine) == [Played(100 * MS, NOTE_ON, 60, 80), Released(7, 101 * MS)]


def test_a_note_heard_late_was_played_when_it_came_and_silences_the_answer_now() -> None:
    desk = Desk()
    sounding(desk)
    cut = desk.play(bytes((NOTE_ON, 60, 80)), 80 * MS, 100 * MS)
    assert [(message.due_ns, message.data) for message in cut] == [(100 * MS, bytes((NOTE_OFF, 72, 0)))]
    assert list(desk.to_engine) == [Played(80 * MS, NOTE_ON, 60, 80)]


def test_a_note_that_ended_in_its_time_is_not_told_again() -> None:
    desk = Desk()
    sounding(desk)
    for message in desk.due(500 * MS):
        desk.sent(message, 500 * MS)
    assert not [message for message in desk.to_engine if isinstance(message, Sent | Released)]


def test_a_panic_releases_the_humans_keys_and_silences_the_answer() -> None:
    desk = Desk()
    desk.play(bytes((NOTE_ON, 60, 80)), 0)
    desk.play(bytes((NOTE_ON | 1, 61, 80)), 0)
    sounding(desk)
    released = desk.play(bytes((CONTROL_CHANGE, 123, 0)), 50 * MS)
    assert [message.data for message in released] == [bytes((NOTE_OFF, 72, 0))]
    assert list(desk.to_engine) == [Played(50 * MS, NOTE_OFF, 60, 0), Played(50 * MS, CONTROL_CHANGE, 123, 0)]
    assert desk.recorder.human_keys_down(0) == []
    assert desk.recorder.human_keys_down(1) == [61]
    desk.take(Proposal(8, desk.epoch - 1, 3, 5, 0, 72, 80, 0), 50 * MS)
    assert desk.next_due_ns is None, "a proposal made before the panic was accepted"


def test_an_answer_lost_with_the_engine_counts_as_given() -> None:
    desk = Desk()
    desk.silence(0)
    assert not desk.answered, "nothing of it had sounded: the phrase is still to be answered"
    sounding(desk)
    desk.silence(10 * MS)
    assert desk.answered


def test_an_answer_is_over_when_its_last_note_is() -> None:
    desk = Desk()
    sounding(desk)
    desk.take(AnswerOver(desk.epoch, 24), 0)
    for message in desk.due(499 * MS):
        desk.sent(message, 0)
    assert not desk.answered
    desk.due(500 * MS)
    desk.due(500 * MS)
    assert desk.answered
