"""What is lost, doubled, unended: the counts that a live bench and a soak rest on."""

from benchmarks.live.accounts import ANSWER, Losses, Pairs, answered, by_human, losses, pairs
from realtime.timed import Timed


def on(pitch: int, channel: int = 0, velocity: int = 80) -> Timed:
    return Timed(0, bytes((0x90 | channel, pitch, velocity)))


def off(pitch: int, channel: int = 0) -> Timed:
    return Timed(0, bytes((0x80 | channel, pitch, 0)))


def test_what_arrives_once_is_neither_lost_nor_doubled_in_whatever_order() -> None:
    assert losses([on(60), on(62)], [on(62), on(60)]) == Losses(2, 0, 0)
    assert losses([on(60), on(62)], [on(62), on(60)]).none


def test_a_lost_and_a_doubled_message_are_both_told_though_the_totals_agree() -> None:
    found = losses([on(60), on(62)], [on(60), on(60)])
    assert found == Losses(2, 1, 1)
    assert not found.none


def test_a_message_nobody_sent_counts_as_doubled() -> None:
    assert losses([on(60)], [on(60), on(61)]) == Losses(1, 0, 1)


def test_the_human_and_the_answer_are_told_apart_by_their_channels() -> None:
    heard = [on(60), on(60, ANSWER), Timed(0, bytes((0xB0, 64, 127)))]
    assert by_human(heard) == [heard[0], heard[2]]
    assert answered(heard) == [heard[1]]


def test_every_note_with_its_end_matches_on_each_channel_and_in_either_spelling() -> None:
    heard = [on(60), on(60, 1), on(62), off(60), on(62, velocity=0), off(60, 1)]
    assert pairs(heard) == Pairs(3, 0, 0)
    assert pairs(heard).all_match


def test_a_note_that_hangs_is_unended_and_so_is_one_struck_twice() -> None:
    assert pairs([on(60)]) == Pairs(1, 1, 0)
    assert pairs([on(60), on(60), off(60)]) == Pairs(2, 1, 0)
    assert not pairs([on(60)]).all_match


def test_an_end_without_a_note_is_told() -> None:
    assert pairs([off(60)]) == Pairs(0, 0, 1)
    assert not pairs([off(60)]).all_match


def test_pedals_are_no_notes() -> None:
    assert pairs([Timed(0, bytes((0xB0, 60, 127))), Timed(0, bytes((0xC0, 60)))]) == Pairs(0, 0, 0)
