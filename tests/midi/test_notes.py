"""Notes and their one order."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from midi.notes import Note, canonical

notes = st.builds(
    Note,
    onset=st.integers(0, 200),
    duration=st.none() | st.integers(1, 100),
    pitch=st.integers(0, 127),
    velocity=st.none() | st.integers(1, 127),
    channel=st.integers(0, 15),
)


@given(st.lists(notes))
def test_order_is_by_onset_then_pitch_and_no_key_is_struck_twice_at_once(given_notes: list[Note]) -> None:
    keys = [(note.onset, note.pitch) for note in canonical(given_notes)]
    assert keys == sorted(set(keys))
    assert set(keys) == {(note.onset, note.pitch) for note in given_notes}


@given(st.lists(notes))
def test_putting_in_order_twice_changes_nothing(given_notes: list[Note]) -> None:
    assert canonical(canonical(given_notes)) == canonical(given_notes)


@given(st.lists(notes), st.randoms())
def test_lengths_and_keys_do_not_depend_on_the_order_given(given_notes: list[Note], random: Random) -> None:
    shuffled = random.sample(given_notes, len(given_notes))
    told = [(note.onset, note.pitch, note.duration or 0) for note in canonical(shuffled)]
    assert told == [(note.onset, note.pitch, note.duration or 0) for note in canonical(given_notes)]


def test_of_a_unison_the_longer_stays() -> None:
    short, long = Note(0, 12, 60, 90), Note(0, 24, 60, 40)
    assert canonical([short, long]) == canonical([long, short]) == [long]


def test_a_note_still_down_ends_where_it_begins() -> None:
    assert (Note(10, None, 60).end, Note(10, 5, 60).end) == (10, 15)
