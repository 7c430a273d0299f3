"""Touch of the user's files: each part of it where a file tells it, and beats only where there are some."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from midi.files import read_midi
from midi.notes import Note
from midi.piece import Control
from midi.touch import PEDAL_ANEW, PEDAL_HELD
from tests.training.music import melody, work
from tests.training.players import EIGHTH, LATE_MS, aimless, habitual, write
from training.note_tables.styled_piece import NO_DEVIATION, StyledPiece
from training.pieces import UNKNOWN, Piece, bar_table, table
from training.playing import played_table
from training.touch import with_touch


def read(folder: Path, notes: list[Note], moves: Sequence[Control] = ()) -> Piece:
    """The piece of a file with these notes, 480 of whose ticks are a quarter note."""
    music = read_midi(write(folder, "piece.mid", notes, list(moves)))
    return Piece("piece", "", table(music.notes, music.parts), bar_table(music.bars), played_table(music))


def freely(notes: int = 200) -> list[Note]:
    """Chords of two, spread by up to 15 ms, at times that keep no tempo."""
    rng = np.random.default_rng(3)
    at = np.cumsum(rng.integers(90, 700, notes)).tolist()
    return [Note(tick + 15 * voice, 80, 50 + 12 * voice, 40 + tick % 50) for tick in at for voice in (0, 1)]


def test_a_late_note_is_on_its_tick_and_late(tmp_path: Path) -> None:
    touched = with_touch(read(tmp_path, *habitual(1)), "")
    assert touched.has_beats
    assert (touched.piece.notes[:, 0] == 12 * np.arange(120)).all()
    assert abs(touched.deviation[1::2].mean() - LATE_MS) < 2
    assert abs(touched.deviation[::2].mean()) < 2


def test_the_pedal_is_pressed_anew_once_a_bar(tmp_path: Path) -> None:
    pedal = with_touch(read(tmp_path, *habitual(1)), "").pedal
    assert (pedal[::8] == PEDAL_ANEW).all()
    assert (np.delete(pedal, np.s_[::8]) == PEDAL_HELD).all()


def test_velocity_that_never_changes_is_unknown(tmp_path: Path) -> None:
    notes, _ = habitual(1)
    flat = with_touch(read(tmp_path, [Note(n.onset, n.duration, n.pitch, 80) for n in notes]), "")
    assert (flat.piece.notes[:, 3] == UNKNOWN).all()
    assert (with_touch(read(tmp_path, notes), "").piece.notes[:, 3] != UNKNOWN).all()


@pytest.mark.parametrize("step", [EIGHTH, 80, 120])
def test_notes_exactly_on_the_grid_have_no_deviation(tmp_path: Path, step: int) -> None:
    written = read(tmp_path, [Note(index * step, 60, 60, 50 + index) for index in range(60)])
    touched = with_touch(written, "")
    assert touched.has_beats
    assert (touched.deviation == NO_DEVIATION).all()
    assert (touched.piece.notes[:, 0] == written.notes[:, 0]).all()


def test_a_score_has_no_touch() -> None:
    score = work("a", melody(1))
    touched = with_touch(score, "")
    assert (touched.piece.notes == score.notes).all()
    assert (touched.deviation == NO_DEVIATION).all()
    assert (touched.pedal == UNKNOWN).all()


def test_free_playing_has_no_beats_and_its_chords_are_together(tmp_path: Path) -> None:
    touched: StyledPiece = with_touch(read(tmp_path, freely()), "")
    assert not touched.has_beats
    assert (touched.deviation == NO_DEVIATION).all()
    assert (np.diff(touched.piece.notes[:, 0])[::2] == 0).all()
    assert len(touched) == 400


def test_free_playing_keeps_its_ticks_where_they_are_all_there_is(tmp_path: Path) -> None:
    played = read(tmp_path, freely())
    touched = with_touch(played, "", keep_ticks=True)
    assert touched.has_beats
    assert (touched.piece.notes == played.notes).all()


def test_loose_playing_to_a_click_has_beats(tmp_path: Path) -> None:
    touched = with_touch(read(tmp_path, *aimless(2)), "")
    assert touched.has_beats
    assert 8 < touched.deviation.std() < 25
