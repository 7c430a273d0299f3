"""Humans that are scripts: they play as a keyboard can, and the same again."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.live.accounts import ANSWER, pairs
from benchmarks.live.human import HOSTILE, distinct, melody, performances, playable, rehearsal
from midi.errors import InputError
from midi.message import is_channel_message
from midi.nanoseconds import NS_PER_S
from realtime.timed import Timed

SEEDS = Path(__file__).parents[2] / "midi" / "seeds"


def on(at: int, pitch: int) -> Timed:
    return Timed(at, bytes((0x90, pitch, 80)))


def off(at: int, pitch: int) -> Timed:
    return Timed(at, bytes((0x80, pitch, 0)))


def in_order(score: list[Timed]) -> bool:
    return [one.at_ns for one in score] == sorted(one.at_ns for one in score)


def test_a_key_that_is_down_comes_up_before_it_is_struck_again() -> None:
    assert playable([on(0, 60), on(5, 60), off(9, 60)]) == [on(0, 60), off(5, 60), on(5, 60), off(9, 60)]


def test_ends_without_a_note_are_left_out_and_keys_left_down_come_up_at_the_end() -> None:
    assert playable([off(0, 60), on(1, 62), on(3, 64), off(4, 64)]) == [on(1, 62), on(3, 64), off(4, 64), off(4, 62)]


@pytest.mark.parametrize("act", HOSTILE, ids=[act.__name__ for act in HOSTILE])
def test_hostile_acts_are_whole_messages_in_order_and_every_note_ends(act) -> None:  # type: ignore[no-untyped-def]
    for seed in range(20):
        score = act(random.Random(seed))
        assert all(is_channel_message(one.data) for one in score)
        assert in_order(score)
        assert pairs(score).all_match
        assert pairs(score).notes > 0


def test_a_melody_lasts_and_keeps_its_pace() -> None:
    score = melody(10.0, (0.1, 0.2), random.Random(0), voices=2)
    onsets = sorted({one.at_ns for one in score if one.data[0] & 0xF0 == 0x90})
    assert 50 <= len(onsets) <= 100
    assert all(0.1 * NS_PER_S <= b - a <= 0.2 * NS_PER_S + 1 for a, b in pairwise(onsets))
    assert pairs(score).notes == 2 * len(onsets)


def test_no_two_messages_of_a_flood_are_alike_and_none_is_on_the_drums_or_the_answers_channel() -> None:
    score = distinct(2000, 60.0)
    assert len({one.data for one in score}) == len(score) == 120_000
    assert {one.data[0] & 0x0F for one in score} == set(range(15)) - {9}
    assert score[-1].at_ns == pytest.approx(60 * NS_PER_S, rel=1e-3)
    assert ANSWER == 15
    assert pairs(score).all_match


def test_a_burst_is_all_at_once() -> None:
    score = distinct(0, 1.0)
    assert len(score) == 1000
    assert {one.at_ns for one in score} == {0}


def test_a_rehearsal_is_the_same_for_a_seed_lasts_as_long_as_asked_and_ends_every_note() -> None:
    pieces = performances(SEEDS)
    score = rehearsal(60.0, pieces, 1)
    assert score == rehearsal(60.0, pieces, 1)
    assert score != rehearsal(60.0, pieces, 2)
    assert in_order(score)
    assert 50 * NS_PER_S < score[-1].at_ns <= 60 * NS_PER_S
    assert pairs(score).all_match


def test_a_rehearsal_of_minutes_has_every_hostile_act() -> None:
    score = rehearsal(120.0, performances(SEEDS), 0)
    assert any(one.data == bytes((0xB0, 64, 127)) for one in score), "the pedal goes down"
    assert not any(one.data[:2] == bytes((0xB0, 64)) and one.data[2] == 0 for one in score), "and never comes up"
    onsets = [one.at_ns for one in score if one.data[0] & 0xF0 == 0x90]
    assert max(b - a for a, b in pairwise(onsets)) >= 5 * NS_PER_S, "silence, or a held note"
    assert any(onsets[index + 9] == onsets[index] for index in range(len(onsets) - 9)), "a cluster of ten"
    assert any(onsets[index + 300] - onsets[index] < NS_PER_S for index in range(len(onsets) - 300)), "black MIDI"


def test_a_folder_without_midi_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no MIDI files in"):
        performances(tmp_path)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.mid").write_bytes(b"MThd")
    with pytest.raises(InputError, match=r"broken\.mid"):
        performances(tmp_path)


def test_a_performance_keeps_its_milliseconds_and_all_it_says_on_one_channel() -> None:
    [piece] = performances(SEEDS)
    assert sum(one.data[0] & 0xF0 == 0x90 and one.data[2] > 0 for one in piece) == 32
    assert {one.data[0] & 0x0F for one in piece} == {0}
    assert piece[1].at_ns == pytest.approx(5.58e6, rel=0.01)
