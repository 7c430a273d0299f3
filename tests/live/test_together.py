"""Playing together through real ports: with the human, alone, and changed by what is typed meanwhile."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.live.timings import read_timings
from realtime.modes import KEEP_NS
from tests.live.conftest import Stage
from tests.peers.program import wait_until
from tests.peers.receiver import sounding

STEP = 0.25
MELODY = [
    event
    for index in range(24)
    for event in (
        (index * STEP, bytes((0x90, 60 + 2 * (index % 5), 80))),
        (index * STEP + 0.2, bytes((0x80, 60 + 2 * (index % 5), 0))),
    )
]
BEAT_NS = 500_000_000
HOPS_NS = 30_000_000
"""A note's way to the daemon, and a machine that others use too."""
OUTLIERS = 2
"""Of the human's two dozen notes, those for which such a machine may have been later still."""


def test_it_accompanies_while_the_human_still_plays(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--mode", "accompany", "--bpm", "120", "--model", "default")
    sent = on_stage.keyboard.play(MELODY)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    meanwhile = [heard for heard in on_stage.listener.note_ons if heard.at_ns < sent[-1].at_ns]
    assert len(meanwhile) > 5
    assert len(on_stage.listener.note_ons) == len(on_stage.listener.note_offs)
    assert on_stage.daemon.errors == ""


def test_a_human_note_in_a_solo_voids_what_was_planned_and_is_answered_anew(
    stage: Callable[..., Stage], tmp_path: Path
) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "120", "--timing", str(tmp_path / "timing.csv"), "--model", "default")
    on_stage.wait_for_answer(2)
    sent = on_stage.keyboard.play(MELODY)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    played = [one.at_ns for one in sent if one.message[0] == 0x90]
    answers = [one for one in read_timings(tmp_path / "timing.csv") if one.is_answer and one.is_note_on]
    voided = [one for one in answers if one.epoch < len(played) and one.sent_ns > played[one.epoch] + KEEP_NS + HOPS_NS]
    assert len(voided) <= OUTLIERS, "planned before a human note, and sent well after it"
    assert len({one.epoch for one in answers} - {0}) > len(played) / 4, "planned anew, and heard before the next"


def test_what_a_human_note_leaves_standing_is_told_by_ticks_not_by_the_sound(
    stage: Callable[..., Stage], tmp_path: Path
) -> None:
    timing, later_ns = tmp_path / "timing.csv", 100_000_000
    flags = ("--mode", "solo", "--bpm", "120", "--out-offset=-100", "--follow-density", "0", "--model", "default")
    on_stage = stage(*flags, "--timing", str(timing))
    on_stage.wait_for_answer(2)
    sent = on_stage.keyboard.play(MELODY)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    played = [one.at_ns for one in sent if one.message[0] == 0x90]
    answers = [one for one in read_timings(timing) if one.is_answer and one.is_note_on and one.epoch < len(played)]
    after = sorted(one.due_ns - played[one.epoch] for one in answers)
    assert after[-1 - OUTLIERS] < later_ns + KEEP_NS + HOPS_NS, "what was meant for later was planned anew"
    assert any(ns > KEEP_NS + HOPS_NS for ns in after), "what was meant for the human's moment went out after it"


def test_what_is_typed_changes_the_mode_within_a_beat_and_nothing_hangs(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "120")
    on_stage.wait_for_answer(4)
    on_stage.daemon.write("temperature 9")
    on_stage.daemon.wait_for_line("--temperature 9 is out of range")
    on_stage.daemon.write("mode reply")
    typed_ns = time.monotonic_ns()
    wait_until(lambda: not sounding(on_stage.listener.heard), "silence")
    count = len(on_stage.listener.note_ons)
    assert on_stage.listener.note_ons[-1].at_ns < typed_ns + 2 * BEAT_NS
    on_stage.daemon.write("mode solo")
    on_stage.wait_for_answer(count + 4)


def test_thru_sends_the_human_on_and_the_split_keeps_the_right_hand_free(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--thru", "--split", "C4", "--bpm", "120")
    high = [(0.0, bytes((0x90, 72, 90))), (0.3, bytes((0x80, 72, 0)))]
    on_stage.keyboard.play(high)
    heard = on_stage.listener.wait_for(2)
    assert [one.message for one in heard] == [bytes((0x90, 72, 90)), bytes((0x80, 72, 0))]
    on_stage.keyboard.play([(0.0, bytes((0x90, 48, 90))), (0.3, bytes((0x80, 48, 0)))])
    on_stage.wait_for_answer(3)  # the two that went through, and an answer
    on_stage.wait_for_silence()
