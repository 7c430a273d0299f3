"""Hearing a phrase: its chords, its pace, its end."""

from midi.tempo import Tempo
from realtime.engine_process.quantise import TOLERANCE
from realtime.engine_process.tracker import HELD_PAUSES, LONGEST_PAUSE_NS, LONGEST_PHRASE, MS, Tracker
from realtime.messages import NOTE_OFF, NOTE_ON, Played


def press(tracker: Tracker, pitch: int, at_ms: int) -> None:
    tracker.press(Played(at_ms * MS, NOTE_ON, pitch, 80))


def release(tracker: Tracker, pitch: int, at_ms: int) -> None:
    tracker.release(Played(at_ms * MS, NOTE_OFF, pitch, 0))


def test_a_held_key_gives_the_phrase_four_pauses_and_a_released_one() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 60, 0)
    assert tracker.phrase_over_ns == HELD_PAUSES * LONGEST_PAUSE_NS
    release(tracker, 60, 200)
    assert tracker.phrase_over_ns == 200 * MS + LONGEST_PAUSE_NS


def test_a_key_stuck_since_an_earlier_phrase_does_not_hold_up_the_next() -> None:
    tracker = Tracker(Tempo.of(120))
    press(tracker, 36, 0)
    tracker.take_phrase()
    press(tracker, 60, 10_000)
    release(tracker, 60, 10_100)
    assert tracker.phrase_over_ns == 10_100 * MS + LONGEST_PAUSE_NS


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
    assert abs(tracker.phrase.length - Tempo.of(120).tick_at((10 * LONGEST_PHRASE - 1) * 100 * MS)) <= TOLERANCE
