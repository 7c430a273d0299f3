"""Hearing a phrase: its chords, its pace, its end."""

from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PITCH_BEND
from midi.nanoseconds import NS_PER_MS
from midi.pedal import ALL_SOUND_OFF, RESET_ALL_CONTROLLERS, SUSTAIN
from midi.tempo import Tempo
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from realtime.improviser.grid import TOLERANCE
from realtime.improviser.phrase import HELD_PAUSES, HESITATION, LONGEST_PAUSE_NS, LONGEST_PHRASE
from realtime.improviser.tracker import Tracker
from realtime.messages import Played


def press(tracker: Tracker, pitch: int, at_ms: int) -> None:
    tracker.press(Played(at_ms * NS_PER_MS, NOTE_ON, pitch, 80))


def release(tracker: Tracker, pitch: int, at_ms: int) -> None:
    tracker.release(Played(at_ms * NS_PER_MS, NOTE_OFF, pitch, 0))


def control(tracker: Tracker, number: int, value: int, at_ms: int) -> list[int | None]:
    """The durations of the notes that it ends."""
    changes = tracker.release(Played(at_ms * NS_PER_MS, CONTROL_CHANGE, number, value))
    return [after.duration for _, after in changes]


def test_a_held_key_gives_the_phrase_four_pauses_and_a_released_one() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 60, 0)
    assert tracker.phrase_over_ns == HELD_PAUSES * LONGEST_PAUSE_NS
    release(tracker, 60, 200)
    assert tracker.phrase_over_ns == 200 * NS_PER_MS + LONGEST_PAUSE_NS


def test_a_key_stuck_since_an_earlier_phrase_holds_up_nothing() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 36, 0)
    tracker.take_phrase()
    press(tracker, 60, 10_000)
    release(tracker, 60, 10_100)
    assert tracker.phrase_over_ns == 10_100 * NS_PER_MS + LONGEST_PAUSE_NS


def test_nothing_played_is_no_phrase() -> None:
    tracker = Tracker(Tempo.of(120))
    assert tracker.phrase_over_ns is None
    release(tracker, 60, 5)
    assert tracker.phrase_over_ns is None


def test_keys_within_thirty_ms_are_one_chord_and_later_ones_are_not() -> None:
    tracker = Tracker(Tempo.of(120))
    for pitch, at_ms in ((60, 0), (64, 29), (67, 60)):
        press(tracker, pitch, at_ms)
    assert [note.onset for note in tracker.phrase.notes] == [0, 0, 3]


def test_a_phrase_that_never_ends_is_kept_in_part() -> None:
    tracker = Tracker(Tempo.of(120))
    for index in range(10 * LONGEST_PHRASE):
        press(tracker, 40 + index % 40, 100 * index)
        release(tracker, 40 + index % 40, 100 * index + 50)
    assert len(tracker.phrase.notes) == LONGEST_PHRASE
    assert tracker.phrase.begin == 0
    assert abs(tracker.phrase.length - Tempo.of(120).tick_at((10 * LONGEST_PHRASE - 1) * 100 * NS_PER_MS)) <= TOLERANCE


def test_a_note_lasts_as_long_as_the_pedal_lets_it_sound() -> None:
    tracker = Tracker(Tempo.of(120))
    control(tracker, SUSTAIN, 127, 0)
    press(tracker, 60, 0)
    release(tracker, 60, 100)
    press(tracker, 64, 500)
    assert [note.duration for note in tracker.phrase.notes] == [None, None]
    assert control(tracker, SUSTAIN, 0, 1_000) == [48], "the key that is still down sounds on"
    release(tracker, 64, 1_500)
    assert [note.duration for note in tracker.phrase.notes] == [48, 48]


def test_a_key_struck_again_under_the_pedal_ends_what_it_sounded() -> None:
    tracker = Tracker(Tempo.of(120))
    control(tracker, SUSTAIN, 127, 0)
    for at_ms in (0, 500, 1_000):
        press(tracker, 60, at_ms)
        release(tracker, 60, at_ms + 50)
    assert [note.duration for note in tracker.phrase.notes] == [24, 24, None]


def test_all_sound_off_and_a_reset_end_what_the_pedal_holds() -> None:
    for number in (ALL_SOUND_OFF, RESET_ALL_CONTROLLERS):
        tracker = Tracker(Tempo.of(120))
        control(tracker, SUSTAIN, 127, 0)
        press(tracker, 60, 0)
        release(tracker, 60, 100)
        assert control(tracker, number, 0, 500) == [24]


def test_a_bend_ends_no_note() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 60, 0)
    assert tracker.release(Played(100 * NS_PER_MS, PITCH_BEND, 60, 0)) == []
    assert tracker.is_pressed


def test_under_the_pedal_a_phrase_goes_on_between_its_rolled_chords() -> None:
    tracker = Tracker(Tempo.of(60))
    control(tracker, SUSTAIN, 127, 0)
    for chord_ms in (0, 1_500, 3_000):
        assert tracker.phrase_over_ns is None or tracker.phrase_over_ns > chord_ms * NS_PER_MS
        for at_ms, pitch in enumerate((48, 55, 60, 64)):
            press(tracker, pitch, chord_ms + 50 * at_ms)
        for pitch in (48, 55, 60, 64):
            release(tracker, pitch, chord_ms + 400)
    longest_ms = 1_350
    assert tracker.phrase_over_ns == (3_150 + HESITATION * longest_ms) * NS_PER_MS


def test_a_pedal_left_down_does_not_hold_up_the_answer() -> None:
    tracker = Tracker(Tempo.of(120))
    control(tracker, SUSTAIN, 127, 0)
    for at_ms in range(0, 2_000, 500):
        press(tracker, 60, at_ms)
        release(tracker, 60, at_ms + 450)
    assert tracker.phrase_over_ns == (1_950 + 2.5 * 500) * NS_PER_MS


def test_a_pedal_that_comes_up_ends_the_sound_and_the_pause_begins() -> None:
    tracker = Tracker(Tempo.of(120))
    control(tracker, SUSTAIN, 127, 0)
    press(tracker, 60, 0)
    release(tracker, 60, 100)
    control(tracker, SUSTAIN, 0, 1_000)
    assert tracker.phrase_over_ns == 1_000 * NS_PER_MS + LONGEST_PAUSE_NS
    control(tracker, SUSTAIN, 127, 1_100)
    control(tracker, SUSTAIN, 0, 1_200)
    assert tracker.phrase_over_ns == 1_000 * NS_PER_MS + LONGEST_PAUSE_NS, "a foot alone is no music"


def test_a_pedal_down_since_an_earlier_phrase_holds_up_nothing() -> None:
    tracker = Tracker(Tempo.of(120))
    control(tracker, SUSTAIN, 127, 0)
    press(tracker, 36, 0)
    release(tracker, 36, 100)
    tracker.take_phrase()
    control(tracker, SUSTAIN, 127, 9_000)
    assert tracker.phrase_over_ns is None


def test_each_note_of_a_chord_has_its_own_deviation_once_the_beat_is_known() -> None:
    tracker = Tracker(Tempo.of(120), beat_origin=0)
    for pitch, at_ms in ((60, 510), (64, 522), (67, 988)):
        press(tracker, pitch, at_ms)
    assert [(note.onset, note.deviation_ms) for note in tracker.phrase.notes] == [(24, 10), (24, 22), (48, -12)]


def test_without_a_beat_no_deviation_is_known_and_a_beat_heard_later_tells_it() -> None:
    tracker = Tracker(Tempo.of(120))
    for pitch, at_ms in ((60, 0), (62, 505), (64, 1_020)):
        press(tracker, pitch, at_ms)
    assert {note.deviation_ms for note in tracker.phrase.notes} == {None}
    tracker.beat_origin = 0
    tracker.move(tracker.in_time(0))
    assert [note.deviation_ms for note in tracker.phrase.notes] == [0, 5, 20]


def test_the_pedal_under_a_note_is_unknown_until_one_moves_and_pressed_once() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 60, 0)
    control(tracker, SUSTAIN, 127, 50)
    press(tracker, 62, 100)
    press(tracker, 64, 200)
    for at_ms, value in ((250, 0), (260, 127)):
        control(tracker, SUSTAIN, value, at_ms)
    press(tracker, 65, 300)
    control(tracker, SUSTAIN, 0, 350)
    press(tracker, 67, 400)
    pedals = [note.pedal for note in tracker.phrase.notes]
    assert pedals == [None, PEDAL_ANEW, PEDAL_HELD, PEDAL_ANEW, PEDAL_UP]
