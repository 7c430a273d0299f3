"""Trials: odd keyboards, and what is counted."""

import pytest

from benchmarks.players.doubles import beyond_spread, doubled, layered
from benchmarks.players.sounding import Struck
from benchmarks.players.timing import beside_default
from benchmarks.players.variety import opening
from realtime.timed import Timed

MS = 1_000_000
SCORE = [Timed(0, bytes((0x90, 60, 80))), Timed(0, bytes((0xB0, 64, 127))), Timed(100 * MS, bytes((0x80, 60, 0)))]


def test_a_layered_keyboard_sends_everything_on_three_channels() -> None:
    assert [one.data.hex() for one in layered(SCORE[:1])] == ["903c50", "913c50", "923c50"]


def test_a_doubled_note_comes_again_later_and_its_pedal_does_not() -> None:
    again = doubled(SCORE, 15)
    assert [(one.at_ns // MS, one.data[0]) for one in again] == [
        (0, 0x90), (0, 0xB0), (15, 0x90), (100, 0x80), (115, 0x80),
    ]  # fmt: skip


def test_within_the_spread_of_the_seeds_nothing_is_amiss() -> None:
    assert beyond_spread("", [7, 8, 10], [10, 7, 9]).value == 0


def test_beyond_the_spread_is_told_as_a_share() -> None:
    reached = beyond_spread("blues", [7, 8, 10], [14, 14, 30])
    assert (reached.value, reached.worst, reached.title) == (0.5, 2.5, "blues: 14 for 7 to 10")


def test_notes_beside_the_default_are_counted_over_all_seeds() -> None:
    reached = beside_default("", [100, 100], [80, 130])
    assert reached.value == pytest.approx(0.05)
    assert reached.worst == pytest.approx(0.3)


def test_an_opening_is_the_first_bar_from_its_first_note() -> None:
    notes = [Struck(at_ms * MS, (at_ms + 50) * MS, 60, 80) for at_ms in (500, 1000, 2499, 2500)]
    later = [Struck(note.on_ns + 7 * MS, note.off_ns, note.pitch, note.velocity) for note in notes]
    assert len(opening(notes)) == 3
    assert opening(later) == opening(notes)
