"""Rests that are no music: how long a wait may be, and that what follows stands where it did in its bar."""

from hypothesis import given
from hypothesis import strategies as st

from midi.meter import UNKNOWN_METER, Bar, bar_ticks, meter_of, place
from midi.notes import Note
from midi.rests import LONGEST_REST, Cuts
from midi.tempo import TempoChange

THREE, FOUR = meter_of(3, 4), meter_of(4, 4)


def two(wait: int, length: int = 24) -> list[Note]:
    return [Note(0, length, 60, 80), Note(wait, 24, 62, 80)]


def test_music_without_long_rests_is_not_cut() -> None:
    assert not Cuts.of(two(LONGEST_REST + 23))


def test_a_rest_is_shortened_by_whole_beats() -> None:
    notes = two(100_000)
    after = Cuts.of(notes).notes(notes)
    assert LONGEST_REST <= after[1].onset < LONGEST_REST + 24
    assert after[1].onset % 24 == 100_000 % 24
    assert (after[0], after[1].duration) == (notes[0], 24)


def test_a_rest_before_the_first_note_is_shortened_too() -> None:
    notes = [Note(10**10, 24, 60, 80)]
    assert Cuts.of(notes).notes(notes)[0].onset < LONGEST_REST + 24


def test_a_note_held_for_hours_is_shortened() -> None:
    notes = two(100_000, length=200_000)
    first, second = Cuts.of(notes).notes(notes)
    assert first.end == second.onset + LONGEST_REST
    assert second.duration == 24


def test_what_follows_stands_in_its_bar_as_it_did() -> None:
    notes = [*two(100_000), Note(300_005, 24, 64, 80)]
    bars = [Bar(0, 0, FOUR), Bar(50_000, 0, THREE), Bar(200_000, 12, FOUR)]
    cuts = Cuts.of(notes)
    after = cuts.notes(notes)
    for before, moved in zip(notes, after, strict=True):
        assert place(cuts.bars(bars), moved.onset) == place(bars, before.onset)


def test_bars_that_ended_within_a_rest_stay_ended() -> None:
    notes = two(100_000)
    cuts = Cuts.of(notes)
    bars = cuts.bars([Bar(0, 0, FOUR), Bar(50_000, 0, UNKNOWN_METER)])
    assert place(bars, cuts.notes(notes)[1].onset) is None


def test_a_tempo_within_a_rest_holds_after_it() -> None:
    notes = two(100_000)
    cuts = Cuts.of(notes)
    tempi = cuts.tempi([TempoChange(0, 90.0), TempoChange(50_000, 60.0), TempoChange(100_000, 80.0)])
    onset = cuts.notes(notes)[1].onset
    assert [change.bpm for change in tempi] == [90.0, 60.0, 80.0]
    assert tempi[1].tick < onset == tempi[2].tick


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=12), st.integers(0, 200), st.sampled_from([THREE, FOUR]))
def test_no_wait_stays_long_and_no_note_leaves_its_place(waits: list[int], begin: int, meter: int) -> None:
    onsets = [begin + sum(waits[:index]) for index in range(len(waits) + 1)]
    notes = [Note(onset, 24, 60, 80) for onset in onsets]
    bars = [Bar(0, begin % bar_ticks(meter), meter)]
    cuts = Cuts.of(notes)
    after = cuts.notes(notes)
    for earlier, later, wait in zip(after, after[1:], waits, strict=False):
        assert later.onset - earlier.onset == wait or LONGEST_REST <= later.onset - earlier.onset < LONGEST_REST + 24
    for before, moved in zip(notes, after, strict=True):
        assert place(cuts.bars(bars), moved.onset) == place(bars, before.onset)
