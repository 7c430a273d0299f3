"""The session's file: what was played, by whom, when."""

from pathlib import Path

import mido
import pytest

from midi.errors import InputError
from midi.files import read_midi
from realtime.messages import HistoryNote, Played
from realtime.session.recorder import Recorder
from realtime.verbs.saving import save_session

MS = 1_000_000


def recorded() -> Recorder:
    recorder = Recorder()
    recorder.record(bytes((0x90, 60, 70)), 1_000 * MS, human=True)
    recorder.record(bytes((0xB0, 64, 127)), 1_100 * MS, human=True)
    recorder.record(bytes((0x90, 60, 0)), 1_503 * MS, human=True)
    recorder.record(bytes((0xB0, 64, 0)), 1_833 * MS, human=True)
    recorder.record(bytes((0xB0, 1, 30)), 1_900 * MS, human=True)
    recorder.record(bytes((0x91, 72, 90)), 2_000 * MS, human=False)
    return recorder


def test_a_session_is_written_as_it_was_played(tmp_path: Path) -> None:
    save_session(tmp_path / "s.mid", [recorded()], 120, 2_250 * MS)
    file = mido.MidiFile(tmp_path / "s.mid")
    assert [track.name for track in file.tracks] == ["", "Human", "Antiphon"]
    human, answer = ([m for m in track if not m.is_meta] for track in file.tracks[1:])
    assert [str(m) for m in human] == [
        "note_on channel=0 note=60 velocity=70 time=0",
        "control_change channel=0 control=64 value=127 time=96",
        "note_off channel=0 note=60 velocity=0 time=387",
        "control_change channel=0 control=64 value=0 time=317",
    ]
    assert [(m.type, m.channel, m.note, m.time) for m in answer] == [("note_on", 1, 72, 960), ("note_off", 1, 72, 240)]
    assert read_midi(tmp_path / "s.mid").bpm == pytest.approx(120)


def test_the_answers_pedal_is_in_its_own_track(tmp_path: Path) -> None:
    recorder = recorded()
    recorder.record(bytes((0xB1, 64, 127)), 2_010 * MS, human=False)
    recorder.record(bytes((0xB1, 64, 0)), 2_100 * MS, human=False)
    save_session(tmp_path / "s.mid", [recorder], 120, 2_250 * MS)
    human, answer = mido.MidiFile(tmp_path / "s.mid").tracks[1:]
    assert [m.value for m in answer if m.type == "control_change"] == [127, 0]
    assert [m.value for m in human if m.type == "control_change"] == [127, 0]
    assert {m.channel for m in answer if m.type == "control_change"} == {1}


def test_what_made_a_session_is_written_into_it(tmp_path: Path) -> None:
    save_session(tmp_path / "s.mid", [recorded()], 120, 2_250 * MS, "Antiphon 1.0: --model Łódź --rng-seed 7")
    texts = [m.text for m in mido.MidiFile(tmp_path / "s.mid", charset="utf-8").tracks[0] if m.type == "text"]
    assert texts == ["Antiphon 1.0: --model Łódź --rng-seed 7"]


def test_a_pedal_down_before_the_first_note_is_in_the_file(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.record(bytes((0xB0, 64, 127)), 500 * MS, human=True)
    recorder.record(bytes((0x90, 60, 70)), 1_000 * MS, human=True)
    recorder.record(bytes((0x90, 60, 0)), 1_500 * MS, human=True)
    recorder.record(bytes((0xB0, 64, 0)), 2_000 * MS, human=True)
    save_session(tmp_path / "s.mid", [recorder], 120, 2_250 * MS)
    (note,) = read_midi(tmp_path / "s.mid").notes
    assert (note.onset, note.duration) == (0, 48)


def test_a_new_engine_is_told_what_the_pedal_holds() -> None:
    recorder = Recorder()
    for data in ((0xB2, 64, 127), (0x92, 60, 70), (0x92, 64, 70), (0x92, 60, 0)):
        recorder.record(bytes(data), 1_000 * MS, human=True)
    assert [one.off_ns for one in recorder.past(2)] == [0, 0]
    assert recorder.held() == [Played(0, 0xB2, 64, 64), Played(1_000 * MS, 0x82, 60, 0)]


def test_a_new_engine_is_told_the_last_notes_as_long_as_they_sounded() -> None:
    assert recorded().past(10) == [
        HistoryNote(1_000 * MS, 1_833 * MS, 60, 70, 0, human=True),
        HistoryNote(2_000 * MS, 0, 72, 90, 1, human=False),
    ]
    assert len(recorded().past(1)) == 1


def test_a_session_of_days_is_still_a_midi_file(tmp_path: Path) -> None:
    recorder = recorded()
    week_ns = 7 * 24 * 3_600 * 1_000 * MS
    recorder.record(bytes((0x90, 62, 70)), week_ns, human=True)
    save_session(tmp_path / "s.mid", [recorder], 120, week_ns + 1_000 * MS)
    assert [note.pitch for note in read_midi(tmp_path / "s.mid").notes] == [60, 72, 62]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no-such-folder"):
        save_session(tmp_path / "no-such-folder" / "s.mid", [recorded()], 120, 0)
    assert list(tmp_path.iterdir()) == []
