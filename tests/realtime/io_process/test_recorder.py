"""The session's file: what was played, by whom, when."""

from pathlib import Path

import mido
import pytest

from midi.errors import InputError
from midi.files import read_midi
from realtime.io_process.recorder import Recorder, save_session
from realtime.messages import Past

MS = 1_000_000


def recorded() -> Recorder:
    recorder = Recorder()
    recorder.record(bytes((0x90, 60, 70)), 1_000 * MS, human=True)
    recorder.record(bytes((0xB0, 64, 127)), 1_100 * MS, human=True)
    recorder.record(bytes((0x90, 60, 0)), 1_503 * MS, human=True)
    recorder.record(bytes((0x91, 72, 90)), 2_000 * MS, human=False)
    return recorder


def test_a_session_is_written_as_it_was_played(tmp_path: Path) -> None:
    save_session(tmp_path / "s.mid", [recorded()], 120, 2_250 * MS)
    file = mido.MidiFile(tmp_path / "s.mid")
    assert [track.name for track in file.tracks] == ["", "Human", "Antiphon"]
    human, answer = ([m for m in track if not m.is_meta] for track in file.tracks[1:])
    assert [(m.type, m.note, m.velocity, m.time) for m in human] == [("note_on", 60, 70, 0), ("note_off", 60, 0, 483)]
    assert [(m.type, m.channel, m.note, m.time) for m in answer] == [("note_on", 1, 72, 960), ("note_off", 1, 72, 240)]
    assert read_midi(tmp_path / "s.mid").bpm == pytest.approx(120)


def test_what_made_a_session_is_written_into_it(tmp_path: Path) -> None:
    save_session(tmp_path / "s.mid", [recorded()], 120, 2_250 * MS, "Antiphon 1.0: --model Łódź --rng-seed 7")
    texts = [m.text for m in mido.MidiFile(tmp_path / "s.mid", charset="utf-8").tracks[0] if m.type == "text"]
    assert texts == ["Antiphon 1.0: --model Łódź --rng-seed 7"]


def test_a_new_engine_is_told_the_last_notes(tmp_path: Path) -> None:
    assert recorded().past(10) == [
        Past(1_000 * MS, 1_503 * MS, 60, 70, 0, human=True),
        Past(2_000 * MS, 0, 72, 90, 1, human=False),
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
