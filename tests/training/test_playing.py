"""A MIDI file's playing: the place of each note beside its tick, its time, and the pedal under it."""

from pathlib import Path

import mido
import numpy as np

from midi.files import read_midi
from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP
from training.pieces import PLAYED_COLUMNS, UNKNOWN, Ints
from training.playing import played_table

LATE, BEGAN, ENDED, QUARTER, PEDAL = range(len(PLAYED_COLUMNS))


def played(path: Path, *messages: mido.Message | mido.MetaMessage) -> Ints:
    """The table of a file with these messages, 480 of whose units are a quarter note."""
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return played_table(read_midi(path))


def note(pitch: int, wait: int, length: int, channel: int = 0) -> tuple[mido.Message, mido.Message]:
    return (
        mido.Message("note_on", note=pitch, velocity=64, time=wait, channel=channel),
        mido.Message("note_off", note=pitch, velocity=0, time=length, channel=channel),
    )


def pedal(value: int, wait: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=64, value=value, time=wait, channel=channel)


def tempo(us: int) -> mido.MetaMessage:
    return mido.MetaMessage("set_tempo", tempo=us)


def test_a_note_keeps_its_place_beside_the_tick(tmp_path: Path) -> None:
    rows = played(tmp_path / "late.mid", *note(60, 7, 100), *note(62, 480 - 107 - 5, 100))
    assert rows[:, LATE].tolist() == [350, -250]  # 20 units are a tick: 7 and -5 of them


def test_times_follow_every_change_of_tempo(tmp_path: Path) -> None:
    rows = played(tmp_path / "two.mid", *note(60, 480, 480), tempo(1_000_000), *note(62, 480, 240))
    assert rows[:, BEGAN].tolist() == [5_000, 20_000]
    assert rows[:, ENDED].tolist() == [10_000, 25_000]
    assert rows[:, QUARTER].tolist() == [500_000, 1_000_000]


def test_the_pedal_under_each_note_is_read(tmp_path: Path) -> None:
    messages = (*note(60, 0, 100), pedal(127), *note(62, 380, 100), *note(64, 380, 100), pedal(0), *note(65, 380, 100))
    assert played(tmp_path / "pedal.mid", *messages)[:, PEDAL].tolist() == [
        PEDAL_UP,
        PEDAL_ANEW,
        PEDAL_HELD,
        PEDAL_UP,
    ]


def test_half_pedals_press_once(tmp_path: Path) -> None:
    messages = (pedal(70), *note(60, 10, 100), pedal(127, 100), pedal(80, 100), *note(62, 280, 100))
    assert played(tmp_path / "half.mid", *messages)[:, PEDAL].tolist() == [PEDAL_ANEW, PEDAL_HELD]


def test_the_pedal_of_a_channel_without_one_is_unknown(tmp_path: Path) -> None:
    messages = (pedal(127), *note(60, 0, 100), *note(62, 380, 100, channel=1))
    assert played(tmp_path / "two.mid", *messages)[:, PEDAL].tolist() == [PEDAL_ANEW, UNKNOWN]


def test_a_rest_that_is_cut_leaves_notes_beside_their_ticks(tmp_path: Path) -> None:
    rows = played(tmp_path / "rest.mid", *note(60, 0, 480), *note(62, 480 * 500 + 5, 480))
    assert rows[:, LATE].tolist() == [0, 250]
    assert np.diff(rows[:, BEGAN])[0] < 64.1 * 5_000
