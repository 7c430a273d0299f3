"""No MIDI system anywhere: the seed phrase is answered all the same, on the screen and in a file."""

import json
import re
from collections.abc import Callable
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import mido
import pytest

from midi.files import read_midi, write_midi
from midi.notes import Note
from realtime.live.embedded import pitch_name
from tests.peers.daemon import Daemon

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"


@pytest.fixture
def embedded(closing: ExitStack, tiny: str) -> Callable[..., Daemon]:
    return lambda *flags: closing.enter_context(Daemon("--model", tiny, *flags))


def test_without_midi_the_bundled_phrase_is_answered_in_real_time_and_saved(
    no_midi: None, embedded: Callable[..., Daemon], tmp_path: Path
) -> None:
    saved = tmp_path / "session.mid"
    jam = embedded("--save", str(saved), "--bpm", "240")
    assert jam.wait() == 0
    assert jam.errors == ""
    told = [line.text for line in jam.lines]
    assert told[-1] == str(saved)
    assert any("no MIDI system answers" in line for line in told)
    seed = read_midi(SEED)
    human, answer = (
        [m for m in track if m.type == "note_on" and m.velocity] for track in mido.MidiFile(saved).tracks[1:]
    )
    assert [m.note for m in human] == [note.pitch for note in seed.notes]
    shown = [line.split() for line in told if " antiphon " in line]
    assert [words[3] for words in shown] == [pitch_name(m.note) for m in answer]
    assert answer
    seconds = [float(line.split()[0]) for line in told if " s  " in line]
    assert seconds == sorted(seconds)
    lines = [line for line in jam.lines if " s  " in line.text]
    took = (lines[-1].at_ns - lines[0].at_ns) / 1e9
    assert took > (seconds[-1] - seconds[0]) / 2, "it was not performed in real time"


def test_a_seed_of_ones_own_is_played_at_its_own_tempo(
    no_midi: None, embedded: Callable[..., Daemon], tmp_path: Path
) -> None:
    file = mido.MidiFile(ticks_per_beat=96)
    track = mido.MidiTrack()
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(200)))
    for pitch in (60, 62, 64, 65):
        track.append(mido.Message("note_on", note=pitch, velocity=90))
        track.append(mido.Message("note_off", note=pitch, time=96))
    file.tracks.append(track)
    file.save(tmp_path / "mine.mid")
    jam = embedded("--no-save", "--seed", str(tmp_path / "mine.mid"), "--bars", "1")
    assert jam.wait() == 0
    told = [line.text for line in jam.lines]
    assert "200 bpm" in told[0]
    mine = [line.split() for line in told if " you " in line]
    assert [words[3] for words in mine] == ["C4", "D4", "E4", "F4"]
    assert float(mine[-1][0]) == pytest.approx(0.9, abs=0.1)
    assert any(" antiphon " in line for line in told)


def test_a_seed_is_drawn_for_each_jam_told_and_saved(
    no_midi: None, closing: ExitStack, tiny: str, tmp_path: Path
) -> None:
    told: list[str] = []
    flags = ("--model", tiny, "--bars", "1", "--bpm", "300", "--save")
    names = ("one.mid", "two.mid")
    files = [(str(tmp_path / name), "--journal", str((tmp_path / name).with_suffix(".jsonl"))) for name in names]
    jams = [closing.enter_context(Daemon(*flags, *own, is_seeded=False)) for own in files]
    for name, jam in zip(names, jams, strict=True):
        assert jam.wait() == 0
        (seed,) = (line.text.split()[1] for line in jam.lines if line.text.startswith("  rng-seed "))
        assert f"  rng-seed {seed} (give --rng-seed {seed} for the same again)" in [line.text for line in jam.lines]
        (text,) = (m.text for m in mido.MidiFile(tmp_path / name).tracks[0] if m.type == "text")
        assert text.startswith("Antiphon ")
        assert text.endswith(f": --model tiny --mode reply --bars 1 --rng-seed {seed} --bpm 300")
        told.append(seed)
        begun = json.loads((tmp_path / name).with_suffix(".jsonl").read_text().splitlines()[0])
        assert (begun["type"], begun["model"], begun["rng_seed"]) == ("begun", "tiny", int(seed))
        assert text == f"Antiphon {begun['version']}: {begun['flags']}"
    assert told[0] != told[1]


def test_of_several_phrases_the_last_is_answered_too(
    no_midi: None, embedded: Callable[..., Daemon], tmp_path: Path
) -> None:
    notes = [Note(onset, 12, 60, 80) for onset in (0, 12, 24, 200, 212, 224)]
    write_midi(tmp_path / "two.mid", [("two phrases", notes)], 240)
    jam = embedded("--no-save", "--seed", str(tmp_path / "two.mid"), "--bars", "1")
    assert jam.wait() == 0
    who = [line.text.split()[2] for line in jam.lines if " s  " in line.text]
    assert [player for player, _ in groupby(who)] == ["you", "antiphon", "you", "antiphon"]


def test_a_session_that_cannot_be_saved_where_it_should_is_saved_elsewhere(
    no_midi: None, embedded: Callable[..., Daemon], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = tmp_path / "sessions"
    folder.mkdir()
    jam = embedded("--save", str(folder / "mine.mid"), "--bars", "1", "--bpm", "300")
    jam.wait_ready()
    folder.rmdir()
    folder.write_text("a file where the folder was")
    assert jam.wait() == 0
    refuge = Path(jam.lines[-1].text)
    assert refuge.parent == tmp_path
    assert re.fullmatch(r"antiphon-session-.{8}\.mid", refuge.name), "a name that nobody could foresee"
    assert str(jam.pid) not in refuge.name
    assert refuge.stat().st_mode & 0o077 == 0, "others may read it"
    assert any("could not be saved" in line.text for line in jam.lines)
    assert read_midi(refuge).notes


def test_a_system_asked_for_by_name_must_be_there(no_midi: None, embedded: Callable[..., Daemon]) -> None:
    jam = embedded("--midi-api", "jack", "--no-save")
    assert jam.wait() == 3
    assert jam.errors.startswith("antiphon: no MIDI system answers: JACK")
    assert "\n" not in jam.errors
