"""Playing without beats: a chord is one tick, and the pedal belongs to its first note."""

import numpy as np

from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from training.note_tables.performed import performance
from training.playing import struck_together

NONE = np.zeros((0, 5), np.int32)


def rows(*notes: tuple[float, int]) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Notes at so many ms, of a pitch, a tenth of a second long."""
    return np.array([(0, 0, 0, 0, 0, ms * 10, 1000, pitch, 64) for ms, pitch in notes], np.int32)


def moves(*at: tuple[float, int]) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    return np.array([(0, 0, 0, ms * 10, value) for ms, value in at], np.int32)


def test_a_chord_is_what_is_struck_within_30_ms_of_its_first_note() -> None:
    assert struck_together(np.array([0.0, 20.0, 40.0, 65.0])).tolist() == [0, 0, 40, 40]


def test_ticks_are_those_of_120_beats_a_minute() -> None:
    piece = performance("a", "performance", rows((0, 60), (500, 62), (515, 55)), NONE)
    assert piece.piece.notes[:, 0].tolist() == [0, 24, 24]
    assert piece.piece.notes[:, 2].tolist() == [60, 55, 62]
    assert not piece.has_beats


def test_the_pedal_is_up_pressed_or_held() -> None:
    played = rows((0, 60), (500, 60), (1000, 60), (1500, 60), (2000, 60))
    pedal = moves((400, 100), (1300, 10), (1400, 90), (1700, 0))
    classes = performance("a", "performance", played, pedal).pedal
    assert classes.tolist() == [PEDAL_UP, PEDAL_ANEW, PEDAL_HELD, PEDAL_ANEW, PEDAL_UP]


def test_a_press_that_is_released_before_the_note_is_none() -> None:
    classes = performance("a", "performance", rows((0, 60), (500, 60)), moves((100, 100), (300, 0))).pedal
    assert classes.tolist() == [PEDAL_UP, PEDAL_UP]


def test_only_the_first_note_of_a_chord_takes_the_press() -> None:
    classes = performance("a", "performance", rows((0, 60), (500, 67), (510, 60)), moves((400, 127))).pedal
    assert classes.tolist() == [PEDAL_UP, PEDAL_ANEW, PEDAL_HELD]
