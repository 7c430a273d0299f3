"""The names are music21's own, there and back."""

import numpy as np
import pytest

from midi.names import PITCH_NAMES, name_of, normal_order, pitches_of

music21 = pytest.importorskip("music21", reason="music21 is not installed: pip install 'antiphon[train]'")


def some_sets() -> list[tuple[int, ...]]:
    """Five sets of pitch classes of each size, drawn once and for all (all 4,095 agree; music21 takes a minute)."""
    rng = np.random.default_rng(1)
    return [tuple(rng.permutation(12)[:size].tolist()) for size in range(1, 13) for _ in range(5)]


def test_a_single_note_is_called_as_music21_calls_it() -> None:
    assert [str(music21.pitch.Pitch(midi=number)) for number in range(128)] == list(PITCH_NAMES)


def test_the_normal_order_is_music21s() -> None:
    for classes in some_sets():
        assert list(normal_order(classes)) == music21.chord.Chord(list(classes)).normalOrder, classes


# Sets that Forte and Rahn order differently; music21 follows Forte.
@pytest.mark.parametrize("classes", [(0, 1, 3, 7, 8), (0, 1, 4, 7, 9), (0, 1, 5, 6, 8), (0, 1, 2, 5, 8, 9)])
def test_where_the_books_differ_it_is_music21s_all_the_same(classes: tuple[int, ...]) -> None:
    assert list(normal_order(classes)) == music21.chord.Chord(list(classes)).normalOrder


def test_a_chord_is_called_as_the_tutorials_call_it() -> None:
    rng = np.random.default_rng(2)
    for _ in range(12):
        pitches = rng.choice(88, rng.integers(2, 8), replace=False) + 21
        chord = music21.chord.Chord(pitches.tolist())
        assert name_of(pitches.tolist()) == ".".join(str(number) for number in chord.normalOrder)


@pytest.mark.parametrize(
    ("pitches", "name"),
    [([60], "C4"), ([63, 63], "E-4"), ([60, 72], "0"), ([67, 60, 64], "0.4.7"), ([59, 74, 77], "11.2.5"), ([0], "C-1")],
)
def test_names_tell_pitch_and_octave_of_one_note_and_pitch_classes_of_several(pitches: list[int], name: str) -> None:
    assert name_of(pitches) == name


@pytest.mark.parametrize(
    ("name", "pitches"),
    [("C4", (60,)), ("E--1", (3,)), ("G9", (127,)), ("0", (60,)), ("0.4.7", (60, 64, 67)), ("11.2.5", (71, 74, 77))],
)
def test_a_chord_is_played_from_middle_c_up(name: str, pitches: tuple[int, ...]) -> None:
    assert pitches_of(name) == pitches


def test_what_is_played_has_the_name_it_was_played_from() -> None:
    for classes in some_sets():
        name = ".".join(str(number) for number in normal_order(classes))
        played = pitches_of(name)
        assert list(played) == sorted(played)
        if len(classes) > 1:
            assert name_of(played) == name
    assert all(name_of(pitches_of(name)) == name for name in PITCH_NAMES)


@pytest.mark.parametrize("name", ["H4", "C", "C10", "", "0.4.12", "0.-1", "4.4", "0..7", "c4", "²"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no note such as E-4"):
        pitches_of(name)
