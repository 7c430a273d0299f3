"""Following the human: gentle, never forbidding, and nothing at all with the knobs at 0."""

from typing import Any

import numpy as np
import pytest

from midi.notes import HUMAN, Note
from midi.tokens import FIELDS, WAIT_TICKS, nearest
from realtime.engine_process.dynamics import DEFAULT_VELOCITY, Dynamics
from realtime.engine_process.follow import Follower
from realtime.settings import Settings

FIELDS_OF_SCORES = FIELDS[:4]
OFF: dict[str, Any] = {"follow_density": 0.0, "follow_register": 0.0, "follow_key": 0.0}
D_MAJOR = (62, 64, 66, 67, 69, 71, 73, 74)


def follower(pitches: tuple[int, ...] = D_MAJOR, step: int = 12) -> Follower:
    listening = Follower()
    for index, pitch in enumerate(pitches):
        listening.hear(Note(step * index, step, pitch, 80, voice=HUMAN))
    return listening


def leans(listening: Follower, **knobs: Any) -> tuple[np.ndarray | None, np.ndarray | None]:
    lean = listening.lean(Settings(**(OFF | knobs)), FIELDS_OF_SCORES)
    assert lean is not None
    return lean[1], lean[2]


def test_with_every_knob_at_zero_nothing_is_bent() -> None:
    assert follower().lean(Settings(**OFF), FIELDS_OF_SCORES) is None


def test_before_anything_was_heard_nothing_is_bent() -> None:
    assert Follower().lean(Settings(), FIELDS_OF_SCORES) is None


def test_pitches_outside_the_key_are_lowered_and_those_played_hardly() -> None:
    _, pitch = leans(follower(), follow_key=1.0)
    assert pitch is not None
    assert min(pitch[played] for played in D_MAJOR) > 0.9
    assert pitch[63] < 0.1
    assert pitch.min() > 0


def test_a_foreign_note_that_has_just_been_played_is_not_lowered() -> None:
    _, pitch = leans(follower((*D_MAJOR, 65)), follow_key=1.0)
    assert pitch is not None
    assert pitch[65] == 1


def test_a_foreign_note_is_lowered_again_as_more_are_played_after_it() -> None:
    _, soon = leans(follower((65, *D_MAJOR)), follow_key=1.0)
    _, later = leans(follower((65, *D_MAJOR, *D_MAJOR[:5])), follow_key=1.0)
    assert soon is not None
    assert later is not None
    assert later[65] < soon[65] < 0.5


def test_an_endless_phrase_is_followed_into_another_key_pace_and_register_within_16_notes() -> None:
    turned = follower(D_MAJOR * 8)
    for index in range(16):
        turned.hear(Note(12 * 64 + 6 * index, 6, D_MAJOR[index % 8] - 18, 40, voice=HUMAN))
    wait, pitch = leans(turned, follow_density=1.0, follow_register=1.0, follow_key=1.0)
    assert wait is not None
    assert pitch is not None
    assert wait[12] < 0.01
    assert wait[6] == 1
    assert min(pitch[played - 18] for played in D_MAJOR) > 0.5
    assert max(pitch[57:80]) < 0.2
    assert turned.dynamics(Settings()).velocity_at(0) == 40


def test_the_register_falls_off_outside_what_was_played() -> None:
    _, pitch = leans(follower(), follow_register=1.0)
    assert pitch is not None
    assert pitch[62] == pitch[74] == 1
    assert 1 > pitch[80] > pitch[90] > pitch[108] > 0


def test_the_usual_waits_are_favoured_and_none_is_forbidden() -> None:
    wait, _ = leans(follower(), follow_density=1.0)
    assert wait is not None
    usual, slow = wait[nearest(WAIT_TICKS, 12)], wait[nearest(WAIT_TICKS, 96)]
    assert usual > 2 * slow > 0
    assert wait.min() > 0


def test_a_dotted_note_is_no_other_pace_and_half_or_double_is_one() -> None:
    wait, _ = leans(follower(), follow_density=1.0)
    assert wait is not None
    assert wait[9] == wait[12] == wait[16] == 1
    assert wait[18] > 0.1
    assert max(wait[6], wait[24]) < 0.001


def test_half_the_humans_waits_are_usual_where_two_play_at_once() -> None:
    alone, _ = leans(follower(), follow_density=1.0)
    together, _ = leans(follower(), follow_density=1.0, mode="accompany")
    assert alone is not None
    assert together is not None
    assert alone[6] < 0.01
    assert together[6] == together[12] == 1


def test_who_plays_one_line_is_seldom_answered_in_chords_and_who_plays_chords_as_the_model_likes() -> None:
    line, _ = leans(follower(), follow_density=1.0)
    chords = Follower()
    for index, pitch in enumerate(D_MAJOR):
        chords.hear(Note(24 * (index // 2), 24, pitch, 80, voice=HUMAN))
    chord, _ = leans(chords, follow_density=1.0)
    assert line is not None
    assert chord is not None
    assert line[0] < 0.1
    assert chord[0] == 1


def test_a_pitch_far_outside_the_register_is_lowered_more_than_one_near_it() -> None:
    """Else nothing would draw a model back that has no place in the human's register among its likely ones."""
    _, pitch = leans(follower(), follow_register=0.5)
    assert pitch is not None
    assert pitch[80] > 2 * pitch[84] > 4 * pitch[88]


def test_half_a_knob_bends_half_as_far_in_nats() -> None:
    (_, whole), (_, half) = leans(follower(), follow_key=1.0), leans(follower(), follow_key=0.5)
    assert whole is not None
    assert half is not None
    assert np.allclose(np.log(whole), 2 * np.log(half), atol=1e-5)


def test_another_key_is_followed_once_it_is_played() -> None:
    listening = follower()
    listening.phrase_over()
    for index, pitch in enumerate(D_MAJOR):
        listening.hear(Note(200 + 12 * index, 12, pitch + 6, 80, voice=HUMAN))
    _, bent = leans(listening, follow_key=1.0)
    assert bent is not None
    assert bent[62] < 0.5 < bent[68]


@pytest.mark.parametrize(("knob", "expected"), [(0.0, DEFAULT_VELOCITY), (1.0, 40), (0.5, 60)])
def test_the_loudness_of_a_phrase_is_taken_up_by_its_knob(knob: float, expected: int) -> None:
    soft = Dynamics.of([Note(12 * i, 12, 60, 40) for i in range(8)], knob)
    assert abs(soft.velocity_at(0) - expected) <= 1


def test_a_crescendo_goes_on_a_little() -> None:
    growing = Dynamics.of([Note(12 * i, 12, 60, 40 + 6 * i) for i in range(9)])
    assert growing.velocity_at(192) > growing.velocity_at(0) > 75
