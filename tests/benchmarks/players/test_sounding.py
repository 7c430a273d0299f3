"""What sounded, told from messages."""

from benchmarks.players.sounding import Struck, most_sounding, onsets_of, struck_notes
from realtime.timed import Timed

MS = 1_000_000


def on(at_ms: int, pitch: int, velocity: int = 80, channel: int = 0) -> Timed:
    return Timed(at_ms * MS, bytes((0x90 | channel, pitch, velocity)))


def off(at_ms: int, pitch: int, channel: int = 0) -> Timed:
    return Timed(at_ms * MS, bytes((0x80 | channel, pitch, 0)))


def pedal(at_ms: int, value: int) -> Timed:
    return Timed(at_ms * MS, bytes((0xB0, 64, value)))


def test_a_note_sounds_from_key_down_to_key_up() -> None:
    assert struck_notes([on(0, 60), off(100, 60)], 10**9) == [Struck(0, 100 * MS, 60, 80)]


def test_a_note_on_of_velocity_0_is_a_note_off() -> None:
    assert struck_notes([on(0, 60), on(100, 60, 0)], 10**9) == [Struck(0, 100 * MS, 60, 80)]


def test_a_note_sounds_until_the_pedal_comes_up() -> None:
    notes = struck_notes([pedal(0, 127), on(10, 60), off(20, 60), pedal(300, 0)], 10**9)
    assert notes == [Struck(10 * MS, 300 * MS, 60, 80)]


def test_a_key_struck_again_under_the_pedal_ends_its_note_before() -> None:
    notes = struck_notes([pedal(0, 127), on(10, 60), off(20, 60), on(30, 60), off(40, 60), pedal(50, 0)], 10**9)
    assert [(note.on_ns // MS, note.off_ns // MS) for note in notes] == [(10, 30), (30, 50)]


def test_a_key_still_down_as_the_pedal_comes_up_sounds_on() -> None:
    notes = struck_notes([pedal(0, 127), on(10, 60), pedal(50, 0), off(90, 60)], 10**9)
    assert notes == [Struck(10 * MS, 90 * MS, 60, 80)]


def test_what_still_sounds_ends_with_the_performance() -> None:
    assert struck_notes([on(0, 60)], 500 * MS) == [Struck(0, 500 * MS, 60, 80)]


def test_notes_within_25_ms_of_the_first_are_one_onset() -> None:
    notes = struck_notes([on(0, 60), on(25, 64), on(26, 67), on(200, 72)], 10**9)
    assert onsets_of(notes) == [0, 26 * MS, 200 * MS]


def test_notes_that_follow_one_another_do_not_sound_at_once() -> None:
    notes = struck_notes([on(0, 60), on(0, 64), off(100, 60), on(100, 67), off(200, 64), off(200, 67)], 10**9)
    assert most_sounding(notes) == 2
