"""A work's tables: nothing of a note is lost but its voice, and its place in the bar is the core's."""

from hypothesis import given
from hypothesis import strategies as st

from midi.meter import METERS, Bar, place
from midi.notes import Note
from tests.midi.test_meter import bars
from tests.training.music import melody, notes_of
from training.pieces import COLUMNS, UNKNOWN, Piece, bar_table, places, table


def test_notes_come_back_from_their_table() -> None:
    notes = [*melody(1), Note(2000, 24, 60, 90, channel=3)]
    assert notes_of(table(notes)) == notes


def test_a_note_keeps_its_part_and_is_of_the_first_if_none_is_told() -> None:
    notes = [Note(0, 24, 48), Note(0, 24, 60)]
    assert table(notes, (1, 0))[:, COLUMNS.index("part")].tolist() == [1, 0]
    assert table(notes)[:, COLUMNS.index("part")].tolist() == [0, 0]


def test_a_work_without_bars_has_no_places() -> None:
    assert places(Piece("a", "", table(melody(1, notes=3)))).tolist() == [[UNKNOWN, UNKNOWN]] * 3


def test_places_of_no_notes_are_none() -> None:
    assert places(Piece("a", "", table(()), bar_table([Bar(0, 0, 0)]))).shape == (0, 2)


@given(rows=bars, onsets=st.lists(st.integers(0, 1000), min_size=1, max_size=20).map(sorted))
def test_places_of_a_table_are_those_of_the_core(rows: list[Bar], onsets: list[int]) -> None:
    work = Piece("a", "", table([Note(onset, 24, 60) for onset in onsets]), bar_table(rows))
    assert [tuple(row) for row in places(work).tolist()] == [
        place(rows, onset) or (UNKNOWN, UNKNOWN) for onset in onsets
    ]
    assert places(work)[:, 0].max() < len(METERS)
