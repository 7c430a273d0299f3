"""How human notes, what followed them, and when it was heard are matched."""

import pytest

from benchmarks.live.accounts import ANSWER
from benchmarks.live.latency import First, firsts
from benchmarks.live.stage import Take
from benchmarks.live.timings import SentMessage
from midi.errors import MachineError
from realtime.session.schedule import LEAST_GAP_NS, NO_NOTE
from realtime.timed import Timed

MS = 1_000_000
KEY = bytes((0x90, 60, 80))
UP = bytes((0x80, 60, 0))
ON = bytes((0x90 | ANSWER, 72, 80))
OFF = bytes((0x80 | ANSWER, 72, 0))


def through(at_ms: float, data: bytes, epoch: int) -> SentMessage:
    at_ns = round(at_ms * MS)
    return SentMessage(at_ns, at_ns + 1000, data, NO_NOTE, epoch, None)


def answer(due_ms: float, sent_ms: float, data: bytes, epoch: int, decided_ms: float) -> SentMessage:
    return SentMessage(round(due_ms * MS), round(sent_ms * MS), data, 7, epoch, round(decided_ms * MS))


def take_of(sent: list[SentMessage]) -> Take:
    """Struck 3 ms before the loop looks, heard beside 1 ms before; all that is sent is heard 2 ms later."""
    human = [one for one in sent if not one.is_answer]
    return Take(
        [Timed(one.due_ns - 3 * MS, one.data) for one in human],
        [Timed(one.due_ns - MS, one.data) for one in human],
        [Timed(one.sent_ns + 2 * MS, one.data) for one in sent],
    )


def matched(*sent: SentMessage) -> list[First]:
    return firsts(take_of(list(sent)), sent)


def test_a_note_due_at_once_is_timed_from_its_human_note_with_and_without_the_hops() -> None:
    [first] = matched(through(10, KEY, 1), answer(10.5, 12, ON, 1, 11.5))
    assert first.is_at_once
    assert first.beyond_ns == 3 * MS, "heard beside at 9, handed over at 12"
    assert first.ready_ns == 2.5 * MS, "proposed at 11.5"
    assert (first.struck_ns, first.taken_ns, first.heard_ns) == (7 * MS, 10 * MS, 14 * MS)


def test_what_an_older_proposal_still_played_is_not_the_re_planned_note() -> None:
    old, new = answer(15, 15, ON, 0, 1), answer(15, 16, bytes((ON[0], 74, 80)), 1, 15.5)
    [first] = matched(through(10, KEY, 1), old, new)
    assert first.answer == new


def test_a_note_that_was_due_only_later_is_not_due_at_once() -> None:
    [first] = matched(through(10, KEY, 1), answer(30, 30, ON, 1, 11))
    assert not first.is_at_once
    assert not first.is_restruck


def test_only_the_first_note_of_an_epoch_counts_and_human_releases_do_not() -> None:
    later = answer(13, 14, bytes((ON[0], 74, 80)), 1, 13.5)
    found = matched(through(10, KEY, 1), answer(10.5, 12, ON, 1, 11.5), through(12.5, UP, 1), later)
    assert [one.answer.data for one in found] == [ON]


def test_a_human_note_after_which_nothing_came_before_the_next_has_no_first_note() -> None:
    found = matched(
        through(10, KEY, 1), through(12, UP, 1), through(20, KEY, 2), answer(20.5, 22, ON, 2, 21), through(23, UP, 2)
    )
    assert [one.taken_ns for one in found] == [20 * MS]


def test_a_note_that_waits_for_its_keys_silence_is_told_apart() -> None:
    gap_ms = LEAST_GAP_NS / MS
    released = answer(11, 11, OFF, 0, 11)
    [first] = matched(through(10, KEY, 1), released, answer(11 + gap_ms - 0.01, 11 + gap_ms, ON, 1, 11))
    assert first.is_restruck
    [first] = matched(through(10, KEY, 1), released, answer(30, 30, ON, 1, 11))
    assert not first.is_restruck


def test_what_was_lost_on_the_way_is_told_rather_than_mismatched() -> None:
    sent = [through(10, KEY, 1), answer(10.5, 12, ON, 1, 11.5)]
    take = take_of(sent)
    with pytest.raises(MachineError, match="lost, doubled or reordered"):
        firsts(Take(take.sent, take.beside, take.from_daemon[:1]), sent)
