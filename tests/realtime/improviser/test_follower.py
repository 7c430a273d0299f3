"""Following the human: gentle, never forbidding, and nothing at all with the knobs at 0."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from exported.sampling import Bias
from midi.notes import DEFAULT_VELOCITY, HUMAN, Note
from midi.tokens import FIELDS, PEDAL, WAIT_TICKS, nearest
from realtime.improviser.dynamics import Dynamics
from realtime.improviser.follower import Follower
from realtime.settings import Settings

FIELDS_OF_SCORES = FIELDS[:4]
OFF: dict[str, Any] = {"follow_density": 0.0, "follow_register": 0.0, "follow_key": 0.0, "follow_grid": 0.0}
D_MAJOR = (62, 64, 66, 67, 69, 71, 73, 74)


def follower(pitches: tuple[int, ...] = D_MAJOR, step: int = 12) -> Follower:
    listening = Follower()
    for index, pitch in enumerate(pitches):
        listening.hear(Note(step * index, step, pitch, 80, voice=HUMAN))
    return listening


def factors_of(listening: Follower, **knobs: Any) -> tuple[np.ndarray | None, np.ndarray | None]:
    biases = listening.biases(Settings(**(OFF | knobs)), FIELDS_OF_SCORES)
    assert biases is not None
    factors = biases.after(None, 0).factors
    return factors[1], factors[2]


def test_with_every_knob_at_zero_nothing_is_bent() -> None:
    assert follower().biases(Settings(**OFF), FIELDS_OF_SCORES) is None


def test_before_anything_was_heard_nothing_is_bent() -> None:
    assert Follower().biases(Settings(), FIELDS_OF_SCORES) is None


def test_pitches_outside_the_key_are_lowered_and_those_played_hardly() -> None:
    _, pitch = factors_of(follower(), follow_key=1.0)
    assert pitch is not None
    assert min(pitch[played] for played in D_MAJOR) > 0.9
    assert pitch[63] < 0.1
    assert pitch.min() > 0


def test_a_foreign_note_that_has_just_been_played_is_not_lowered() -> None:
    _, pitch = factors_of(follower((*D_MAJOR, 65)), follow_key=1.0)
    assert pitch is not None
    assert pitch[65] == 1


def test_a_foreign_note_is_lowered_again_as_more_are_played_after_it() -> None:
    _, soon = factors_of(follower((65, *D_MAJOR)), follow_key=1.0)
    _, later = factors_of(follower((65, *D_MAJOR, *D_MAJOR[:5])), follow_key=1.0)
    assert soon is not None
    assert later is not None
    assert later[65] < soon[65] < 0.5


def test_an_endless_phrase_is_followed_within_16_notes() -> None:
    turned = follower(D_MAJOR * 8)
    for index in range(16):
        turned.hear(Note(12 * 64 + 6 * index, 6, D_MAJOR[index % 8] - 18, 40, voice=HUMAN))
    wait, pitch = factors_of(turned, follow_density=1.0, follow_register=1.0, follow_key=1.0)
    assert wait is not None
    assert pitch is not None
    assert wait[12] < 0.01
    assert wait[6] == 1
    assert min(pitch[played - 18] for played in D_MAJOR) > 0.5
    assert max(pitch[62:80]) < 0.2
    assert turned.dynamics(Settings()).velocity_at(0, 60) == 40


def test_the_register_falls_off_outside_what_was_played() -> None:
    _, pitch = factors_of(follower(), follow_register=1.0)
    assert pitch is not None
    assert pitch[62] == pitch[74] == 1
    assert 1 > pitch[80] > pitch[90] > pitch[108] > 0


def test_the_usual_waits_are_favoured_and_none_is_forbidden() -> None:
    wait, _ = factors_of(follower(), follow_density=1.0)
    assert wait is not None
    usual, slow = wait[nearest(WAIT_TICKS, 12)], wait[nearest(WAIT_TICKS, 96)]
    assert usual > 2 * slow > 0
    assert wait.min() > 0


def test_a_dotted_note_is_no_other_pace_and_half_or_double_is_one() -> None:
    wait, _ = factors_of(follower(), follow_density=1.0)
    assert wait is not None
    assert wait[9] == wait[12] == wait[16] == 1
    assert wait[18] > 0.1
    assert max(wait[6], wait[24]) < 0.001


def test_half_the_humans_waits_are_usual_where_two_play_at_once() -> None:
    alone, _ = factors_of(follower(), follow_density=1.0)
    together, _ = factors_of(follower(), follow_density=1.0, mode="accompany")
    assert alone is not None
    assert together is not None
    assert alone[6] < 0.01
    assert together[6] == together[12] == 1


def struck(sizes: list[int], step: int = 24) -> Follower:
    """Chords of so many thirds, a beat apart."""
    listening = Follower()
    for index, size in enumerate(sizes):
        for place in range(size):
            listening.hear(Note(step * index, step, 52 + 4 * place, 80, voice=HUMAN))
    return listening


def joined(listening: Follower, size: int, pitch: int = 52) -> Bias:
    """The bias of a note after one of the answer's, of which so many are struck at its onset."""
    biases = listening.biases(Settings(), FIELDS_OF_SCORES)
    assert biases is not None
    return biases.after(Note(480, 24, pitch, 80), 0, (0, size))


def test_chords_grow_as_large_as_the_humans_and_no_larger() -> None:
    line, chords = struck([1] * 16), struck([4] * 8)
    (_, single), (_, more), (_, full) = (joined(*one).together for one in ((line, 1), (chords, 3), (chords, 4)))
    assert single is not None
    assert more is not None
    assert full is not None
    assert single < 0.05
    assert more > 5
    assert full < 0.05


def test_to_strike_together_with_the_human_is_left_to_the_model() -> None:
    assert joined(struck([1] * 16), 0).together == (None, None)


def test_a_chord_that_has_left_the_register_grows_no_further() -> None:
    inside, above = (joined(struck([4] * 8), 2, pitch).together[1] for pitch in (60, 84))
    assert inside is not None
    assert above is not None
    assert above < 0.01 < inside


def test_steps_within_a_chord_are_as_wide_as_the_humans() -> None:
    steps = joined(struck([4] * 8), 1).joined
    assert steps is not None
    assert steps[56] > 10 * steps[53]
    assert steps[56] > 10 * steps[66]


def test_chords_are_remembered_through_a_single_line() -> None:
    listening = struck([4] * 4)
    for index in range(20):
        listening.hear(Note(500 + 12 * index, 12, 60 + index % 5, 80, voice=HUMAN))
    assert joined(listening, 1).joined is not None


def test_what_was_heard_in_another_tempo_is_heard_anew() -> None:
    """Shuffled eighths at 100 bpm, first heard in ticks of 150 bpm; a note before them was heard in no beat at all."""
    listening = Follower()
    listening.hear(Note(5, 3, 60, 80, voice=HUMAN))
    heard = [
        Note(100 + 36 * (index // 2) + 24 * (index % 2), None, 60 + index % 5, 80, voice=HUMAN) for index in range(16)
    ]
    anew = [replace(note, onset=24 * (index // 2) + 16 * (index % 2), duration=4) for index, note in enumerate(heard)]
    for note in heard:
        listening.hear(note, 100)
    released = [replace(note, duration=6) for note in heard]
    listening.revise(dict(zip(released, anew, strict=True)), 0)
    biases = listening.biases(Settings(), FIELDS_OF_SCORES)
    assert biases is not None
    assert biases.places is not None
    assert [place for place in range(24) if biases.places[place] > 0.01] == [0, 8, 16]


def test_one_key_is_no_register_no_key_and_no_pace() -> None:
    for notes in (1, 16):
        wait, pitch = factors_of(follower((60,) * notes), follow_register=1.0, follow_key=1.0)
        assert wait is None
        assert pitch is not None
        assert min(pitch[52:69]) == 1
    assert follower((60,)).polyphony(Settings()) == 2


def test_a_pitch_class_unheard_for_long_is_less_of_the_key() -> None:
    """A minor pentatonic: B and F are of its keys, and of none of its notes."""
    _, heard = factors_of(follower((57, 60, 62, 64, 67, 69, 67, 64, 62, 60) * 3), follow_key=1.0)
    assert heard is not None
    assert max(heard[59], heard[65]) < 0.1 < 0.5 < heard[60]


@pytest.mark.parametrize(("step", "kept", "lost"), [(8, (8, 16), (6, 12, 18)), (6, (6, 12, 18), (8, 16))])
def test_onsets_keep_to_the_grid_that_the_human_plays_on(
    step: int, kept: tuple[int, ...], lost: tuple[int, ...]
) -> None:
    biases = follower(D_MAJOR * 2, step).biases(Settings(), FIELDS_OF_SCORES)
    assert biases is not None
    for phase in (0, step):
        waits = biases.after(None, phase).factors[1]
        assert waits is not None
        usual = max(waits[(line - phase) % 24] for line in kept)
        assert usual > 1e6 * max(waits[(line - phase) % 24] for line in lost)


def test_a_pitch_loses_more_the_farther_outside_the_register() -> None:
    """Else nothing would draw a model back that has no place in the human's register among its likely ones."""
    _, pitch = factors_of(follower(), follow_register=0.5)
    assert pitch is not None
    assert pitch[80] > 2 * pitch[84] > 4 * pitch[88]


def test_half_a_knob_bends_half_as_far_in_nats() -> None:
    (_, whole), (_, half) = factors_of(follower(), follow_key=1.0), factors_of(follower(), follow_key=0.5)
    assert whole is not None
    assert half is not None
    assert np.allclose(np.log(whole), 2 * np.log(half), atol=1e-5)


def test_another_key_is_followed_once_it_is_played() -> None:
    listening = follower()
    listening.phrase_over()
    for index, pitch in enumerate(D_MAJOR):
        listening.hear(Note(200 + 12 * index, 12, pitch + 6, 80, voice=HUMAN))
    _, bent = factors_of(listening, follow_key=1.0)
    assert bent is not None
    assert bent[62] < 0.5 < bent[68]


@pytest.mark.parametrize(("knob", "expected"), [(0.0, DEFAULT_VELOCITY), (1.0, 40), (0.5, 60)])
def test_the_loudness_of_a_phrase_is_taken_up_by_its_knob(knob: float, expected: int) -> None:
    soft = Dynamics.of([Note(12 * i, 12, 60, 40) for i in range(8)], knob)
    assert abs(soft.velocity_at(0, 60) - expected) <= 1


def test_a_crescendo_goes_on_a_little() -> None:
    growing = Dynamics.of([Note(12 * i, 12, 60, 40 + 6 * i) for i in range(9)])
    assert growing.velocity_at(192, 60) > growing.velocity_at(0, 60) > 75


def test_accents_and_the_spread_of_loudness_are_the_humans() -> None:
    played = [Note(12 * i, 12, 60, 100 if i % 2 == 0 else 60) for i in range(16)]
    dynamics, rng = Dynamics.of(played), np.random.default_rng(0)
    loud, soft = ([dynamics.velocity_at(at + 12 * i, 60, rng.random()) for i in range(0, 64, 2)] for at in (0, 12))
    assert np.mean(loud) > np.mean(soft) + 25
    assert 0.7 * 20 < np.std([*loud, *soft]) < 1.3 * 20


def test_a_bass_note_takes_the_touch_of_the_humans_bass() -> None:
    waltz = [Note(24 * i, 24, pitch, loud) for i in range(8) for pitch, loud in ((43, 100), (74, 60))]
    dynamics, rng = Dynamics.of(waltz), np.random.default_rng(0)
    low, high = (np.mean([dynamics.velocity_at(0, pitch, rng.random()) for _ in range(50)]) for pitch in (45, 72))
    assert low > high + 25


def test_the_pedals_knob_makes_it_so_many_times_as_likely_to_be_down_also_before_anybody_plays() -> None:
    fields = (*FIELDS, PEDAL)
    for heard in (Follower(), follower()):
        half = heard.biases(Settings(pedal=0.5), fields)
        assert half is not None
        pedal = half.after(None, 0).factors[-1]
        assert pedal is not None
        assert pedal.tolist() == [1, 0.5, 0.5]
        whole = heard.biases(Settings(pedal=1.0), fields)
        assert whole is None or whole.after(None, 0).factors[-1] is None
    assert Follower().biases(Settings(pedal=0.5), FIELDS) is None
