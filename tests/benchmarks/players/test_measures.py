"""The figures, of notes whose figures are known."""

import pytest

from benchmarks.players.measures import (
    TrueBeat,
    commonest_share,
    figures_of,
    longest_run,
    pace,
    share_in_scale,
    syncopation,
)
from benchmarks.players.phrases import C_MAJOR, SIXTEENTHS, TRIPLETS
from benchmarks.players.sounding import Struck

MS = 1_000_000
BEAT_MS = 600
STRAIGHT = TrueBeat(0, BEAT_MS * MS, SIXTEENTHS)
SHUFFLED = TrueBeat(0, BEAT_MS * MS, TRIPLETS)


def note(at_ms: float, pitch: int = 60, length_ms: int = 100, velocity: int = 80) -> Struck:
    return Struck(round(at_ms * MS), round((at_ms + length_ms) * MS), pitch, velocity)


def onsets(*beats: float) -> list[int]:
    return [round(beat * BEAT_MS * MS) for beat in beats]


def test_a_chord_is_one_onset() -> None:
    figures = figures_of([note(0, 60), note(5, 64), note(20, 67), note(600, 72)], STRAIGHT, C_MAJOR)
    assert (figures.notes, figures.notes_per_onset, figures.most_at_once) == (4, 2.0, 3)


def test_of_silence_nothing_is_told() -> None:
    figures = figures_of([], STRAIGHT, C_MAJOR)
    assert (figures.notes, figures.notes_per_onset, figures.most_at_once, figures.on_grid) == (0, None, 0, None)


def test_the_scale_is_a_share_of_the_sounding_time() -> None:
    assert share_in_scale([note(0, 60, 300), note(300, 61, 100)], C_MAJOR) == 0.75


@pytest.mark.parametrize(("off_ms", "is_near"), [(0, True), (20, True), (21, False), (-20, True), (-21, False)])
def test_an_onset_is_on_the_grid_within_20_ms(off_ms: int, is_near: bool) -> None:
    assert STRAIGHT.is_on_grid((BEAT_MS * 5 // 4 + off_ms) * MS) == is_near


def test_where_subdivisions_are_near_the_tolerance_is_less() -> None:
    assert TrueBeat(0, 200 * MS, SIXTEENTHS).tolerance_ns == pytest.approx(7.5 * MS)


def test_swing_as_sounded_is_held_against_triplets() -> None:
    shuffled = [note(beat * BEAT_MS) for beat in (0, 2 / 3, 1, 5 / 3)]
    straight = [note(beat * BEAT_MS) for beat in (0, 1 / 2, 1, 3 / 2)]
    told = [figures_of(notes, SHUFFLED, C_MAJOR).on_grid for notes in (shuffled, straight)]
    assert told == [1.0, 0.5]


def test_onsets_before_a_moment_are_not_held_against_the_grid() -> None:
    notes = [note(70), note(600), note(1200)]
    assert figures_of(notes, STRAIGHT, C_MAJOR, 500 * MS).on_grid == 1.0


def test_the_pace_leaves_pauses_out() -> None:
    assert pace(onsets(0, 0.5, 1, 1.5, 9, 9.5), STRAIGHT) == pytest.approx(2.0)


def test_one_onset_has_no_pace() -> None:
    assert pace(onsets(0), STRAIGHT) is None


@pytest.mark.parametrize(
    ("beats", "share"),
    [
        ((0, 1, 2, 3), 0.0),
        ((0, 2, 4), 0.0),
        ((0, 0.5, 1, 1.5, 2), 0.0),
        ((0, 0.5, 1.5, 2.5, 3), 2 / 5),
        ((0, 0.75, 1.25, 1.5, 2), 1 / 5),
        ((0, 0.5, 9), 0.0),
    ],
    ids=["beats", "half notes", "eighths", "tied over the beat", "a sixteenth tied over the beat", "before a pause"],
)
def test_syncopation_is_a_stronger_place_passed_in_silence(beats: tuple[float, ...], share: float) -> None:
    assert syncopation(onsets(*beats), STRAIGHT) == pytest.approx(share)


def test_a_shuffle_that_meets_each_beat_is_not_syncopated() -> None:
    assert syncopation(onsets(0, 2 / 3, 1, 5 / 3, 2), SHUFFLED) == 0


def test_the_spread_of_velocities_is_their_standard_deviation() -> None:
    figures = figures_of([note(0, velocity=70), note(600, velocity=90)], STRAIGHT, C_MAJOR)
    assert (figures.velocity_mean, figures.velocity_spread) == (80, 10)


def test_monotony_is_a_share_and_a_run() -> None:
    notes = [note(at_ms, pitch) for at_ms, pitch in enumerate((60, 60, 62, 60, 60, 60, 64, 65))]
    assert (commonest_share(notes), longest_run(notes)) == (0.625, 3)
