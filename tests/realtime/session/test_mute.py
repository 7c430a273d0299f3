"""Muted, the answer takes its course and nothing of it sounds; unmuted, it is in the middle of it."""

from realtime.messages import Proposal, Sent
from realtime.session.part import Part
from realtime.settings import Settings
from tests.realtime.session.parts import change, part_of

MS = 1_000_000
ON, OFF = bytes((0x90, 72, 80)), bytes((0x80, 72, 0))


def propose(part: Part, note_id: int, onset: int, end: int) -> None:
    part.take(Proposal(note_id, part.epoch, onset, end, 0, 72, 80, 0), 0)


def sent(part: Part, now_ns: int) -> list[bytes]:
    """What goes to the port by now."""
    out = part.audible(part.due(now_ns))
    for message in out:
        part.sent(message, now_ns)
    return [message.data for message in out]


def test_what_sounds_ends_when_it_is_muted_and_once() -> None:
    part = part_of(Settings(bpm=120))
    propose(part, 1, 0, 24)
    assert sent(part, 0) == [ON]
    assert [message.data for message in part.audible(change(part, "mute", "on", 100 * MS))] == [OFF]
    assert sent(part, 500 * MS) == []


def test_muted_notes_are_facts_to_the_engine_and_are_not_recorded() -> None:
    part = part_of(Settings(bpm=120, mute=True))
    propose(part, 1, 0, 24)
    assert sent(part, 0) == []
    assert Sent(1, 0) in part.to_engine
    assert len(part.recorder) == 0


def test_unmuted_it_comes_in_with_its_next_note_and_the_last_owes_no_off() -> None:
    part = part_of(Settings(bpm=120, mute=True))
    propose(part, 1, 0, 24)
    propose(part, 2, 48, 72)
    sent(part, 0)
    change(part, "mute", "off", 100 * MS)
    assert sent(part, 600 * MS) == []
    assert sent(part, 1_000 * MS) == [ON]
    assert sent(part, 1_500 * MS) == [OFF]


def test_an_answer_that_is_cut_while_muted_sends_nothing() -> None:
    part = part_of(Settings(bpm=120, mute=True))
    propose(part, 1, 0, 24)
    sent(part, 0)
    assert part.audible(part.cancel_and_release(100 * MS)) == []
