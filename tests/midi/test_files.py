"""MIDI files: what is kept, what is left out, and what is said of a file that is none."""

from contextlib import suppress
from pathlib import Path

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.errors import InputError
from midi.files import read_midi, write_midi
from midi.meter import METERS, UNKNOWN_METER, Bar
from midi.notes import Note, canonical
from midi.tempo import TempoChange
from tests.midi import smf

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"


def apart(notes: list[Note]) -> list[Note]:
    """The notes that sound alone on their key: of two that overlap, MIDI cannot tell which off is whose."""
    kept: list[Note] = []
    for note in canonical(notes):
        if all(other.pitch != note.pitch or other.end <= note.onset or note.end <= other.onset for other in kept):
            kept.append(note)
    return kept


def save(path: Path, *messages: mido.Message | mido.MetaMessage, division: int = 480) -> Path:
    file = mido.MidiFile(ticks_per_beat=division)
    file.tracks.append(mido.MidiTrack(messages))
    file.save(path)
    return path


def on(pitch: int, time: int = 0, velocity: int = 64, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=pitch, velocity=velocity, channel=channel, time=time)


def off(pitch: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=pitch, velocity=0, channel=channel, time=time)


@given(
    notes=st.lists(
        st.builds(Note, st.integers(0, 500), st.integers(1, 200), st.integers(0, 127), st.integers(1, 127)),
        min_size=1,
        max_size=40,
    ),
    bpm=st.floats(20.0, 400.0),
)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, notes: list[Note], bpm: float) -> None:
    path = tmp_path_factory.mktemp("files") / "piece.mid"
    written = apart(notes)
    write_midi(path, [("piece", written)], bpm)
    piece = read_midi(path)
    assert piece.notes == tuple(written)
    assert piece.bpm == pytest.approx(bpm, rel=1e-5)  # a file holds whole microseconds a beat


def test_tracks_become_one_stream(tmp_path: Path) -> None:
    high, low = Note(0, 24, 72, 90), Note(12, 24, 48, 50, channel=1)
    write_midi(tmp_path / "two.mid", [("high", [high]), ("low", [low])], 100.0)
    assert read_midi(tmp_path / "two.mid").notes == (high, low)


def test_a_note_on_of_velocity_zero_is_a_note_off(tmp_path: Path) -> None:
    path = save(tmp_path / "zero.mid", on(60), on(60, time=480, velocity=0))
    assert read_midi(path).notes == (Note(0, 24, 60, 64),)


def test_times_are_rounded_to_the_nearest_tick_of_the_clock(tmp_path: Path) -> None:
    path = save(tmp_path / "human.mid", on(60, time=9), off(60, time=482), on(62, time=470), off(62, time=480))
    assert [(note.onset, note.duration) for note in read_midi(path).notes] == [(0, 25), (48, 24)]


def test_the_shortest_note_lasts_a_tick(tmp_path: Path) -> None:
    assert read_midi(save(tmp_path / "short.mid", on(60), off(60, time=1))).notes[0].duration == 1


def test_a_key_struck_again_before_its_release_ends_the_note_before(tmp_path: Path) -> None:
    path = save(tmp_path / "again.mid", on(60), on(60, time=480), off(60, time=480), off(60, time=480))
    assert [(note.onset, note.duration) for note in read_midi(path).notes] == [(0, 24), (24, 24)]


def test_two_tracks_hold_one_key_of_a_channel_each_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "unison.mid"
    write_midi(path, [("long", [Note(0, 96, 60, 80)]), ("short", [Note(24, 24, 60, 70)])], 120.0)
    assert [(note.onset, note.duration) for note in read_midi(path).notes] == [(0, 96), (24, 24)]


def pedal(value: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("control_change", control=64, value=value, channel=channel, time=time)


def test_a_pedal_in_one_track_holds_what_another_strikes_on_its_channel(tmp_path: Path) -> None:
    path = tmp_path / "hands.mid"
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([pedal(127), pedal(0, time=1920)]))
    file.tracks.append(mido.MidiTrack([on(60), off(60, time=480), mido.MetaMessage("end_of_track", time=1920)]))
    file.tracks.append(mido.MidiTrack([on(64, channel=1), off(64, time=480, channel=1)]))
    file.save(path)
    assert [(note.pitch, note.duration) for note in read_midi(path).notes] == [(60, 96), (64, 24)]


def test_a_key_struck_again_under_the_pedal_ends_its_earlier_sound(tmp_path: Path) -> None:
    strokes = (on(60), off(60, time=240), on(60, time=240), off(60, time=240), pedal(0, time=240))
    path = save(tmp_path / "again.mid", pedal(127), *strokes)
    assert [(note.onset, note.duration) for note in read_midi(path).notes] == [(0, 24), (24, 24)]


def test_what_the_pedal_never_lets_go_ends_with_the_track(tmp_path: Path) -> None:
    held = (pedal(127), on(60), off(60, time=240), mido.MetaMessage("end_of_track", time=720))
    assert read_midi(save(tmp_path / "held.mid", *held)).notes == (Note(0, 48, 60, 64),)


def test_a_key_never_released_ends_with_the_track(tmp_path: Path) -> None:
    path = save(tmp_path / "stuck.mid", on(60), mido.MetaMessage("end_of_track", time=960))
    assert read_midi(path).notes == (Note(0, 48, 60, 64),)


def test_percussion_is_left_out(tmp_path: Path) -> None:
    path = save(tmp_path / "drums.mid", on(36, channel=9), on(60), off(36, time=480, channel=9), off(60))
    assert [note.pitch for note in read_midi(path).notes] == [60]


def test_percussion_that_is_asked_for_is_on_channel_10(tmp_path: Path) -> None:
    path = save(tmp_path / "drums.mid", on(36, channel=9), on(60), off(36, time=480, channel=9), off(60))
    notes = read_midi(path, with_drums=True).notes
    assert [(note.pitch, note.channel) for note in notes] == [(36, 9), (60, 0)]


def test_a_file_that_says_no_tempo_has_none(tmp_path: Path) -> None:
    assert read_midi(save(tmp_path / "plain.mid", on(60), off(60, time=10))).bpm is None


def signature(beats: int, unit: int, time: int = 0) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=beats, denominator=unit, time=time)


def test_a_file_without_time_signatures_has_no_bars(tmp_path: Path) -> None:
    assert read_midi(save(tmp_path / "plain.mid", on(60), off(60, time=480))).bars == ()


def test_bars_begin_at_time_signatures_and_what_precedes_them_is_unknown(tmp_path: Path) -> None:
    path = save(tmp_path / "late.mid", on(60), off(60, time=480), signature(3, 4, time=480), on(62), off(62, time=480))
    assert read_midi(path).bars == (Bar(48, 0, METERS.index((3, 4))),)


def test_a_time_signature_said_again_at_a_bar_line_says_nothing_and_a_strange_one_ends_the_bars(tmp_path: Path) -> None:
    again = signature(4, 4, time=1920)
    path = save(tmp_path / "odd.mid", signature(4, 4), again, signature(11, 8, time=1920), on(60), off(60, time=10))
    assert read_midi(path).bars == (Bar(0, 0, METERS.index((4, 4))), Bar(192, 0, UNKNOWN_METER))


def test_notes_are_of_the_part_of_their_track_and_channel(tmp_path: Path) -> None:
    path = tmp_path / "parts.mid"
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(mido.MidiTrack([signature(4, 4)]))
    file.tracks.append(mido.MidiTrack([on(60, channel=2), off(60, time=480, channel=2), on(50), off(50, time=480)]))
    file.tracks.append(mido.MidiTrack([on(40), off(40, time=480)]))
    file.save(path)
    piece = read_midi(path)
    assert [note.pitch for note in piece.notes] == [40, 60, 50]
    assert piece.parts == (2, 1, 0)


def test_a_unison_of_two_tracks_is_of_the_part_where_it_is_longer(tmp_path: Path) -> None:
    path = tmp_path / "unison.mid"
    write_midi(path, [("short", [Note(0, 12, 60, 80)]), ("long", [Note(0, 24, 60, 80)])], 120.0)
    piece = read_midi(path)
    assert (piece.notes, piece.parts) == ((Note(0, 24, 60, 80),), (1,))


def test_a_unison_of_two_tracks_as_long_is_of_the_first(tmp_path: Path) -> None:
    path = tmp_path / "unison.mid"
    first, second = smf.note(60, channel=0, before=1), smf.note(60, channel=1)
    path.write_bytes(smf.header() + smf.track(first) + smf.track(second))
    assert [(one.channel, one.duration) for one in read_midi(path).notes] == [(0, 24)]


def test_notes_without_velocity_or_end_are_written_as_playable_ones(tmp_path: Path) -> None:
    write_midi(tmp_path / "bare.mid", [("bare", [Note(0, None, 60)])], 120.0)
    assert read_midi(tmp_path / "bare.mid").notes == (Note(0, 24, 60, 80),)


def test_a_note_ends_before_the_next_on_its_key_begins(tmp_path: Path) -> None:
    write_midi(tmp_path / "repeat.mid", [("repeat", [Note(0, 24, 60, 70), Note(24, 24, 60, 70)])], 120.0)
    kinds = [message.type for message in mido.MidiFile(tmp_path / "repeat.mid").tracks[1] if not message.is_meta]
    assert kinds == ["note_on", "note_off", "note_on", "note_off"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"this is a text file, whatever it is called", "not a MIDI file"),
        (b"", "not a MIDI file"),
        (SEED.read_bytes()[:60], r"no notes in it \(it ends in the middle of a track\)"),
        (SEED.read_bytes()[:13], "not a MIDI file"),
        (smf.header() + smf.track(), "no notes in it"),
        (smf.header(division=b"\0\0") + smf.track(smf.note(60)), "no unit of time"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "bad.mid"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as raised:
        read_midi(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert "\n" not in str(raised.value)


@given(st.binary(max_size=200))
def test_no_bytes_whatever_make_anything_but_a_piece_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("noise") / "noise.mid"
    path.write_bytes(SEED.read_bytes()[:30] + noise)
    with suppress(InputError):
        assert read_midi(path).notes


def test_a_folder_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_midi(tmp_path)


def test_a_damaged_track_costs_only_what_follows_in_it(tmp_path: Path) -> None:
    path = tmp_path / "damaged.mid"
    broken = smf.track(smf.note(60), smf.event(0, 0xFF, 0x01, 0x7F), end=b"")
    path.write_bytes(smf.header() + broken + smf.track(smf.note(62)))
    piece = read_midi(path)
    assert [one.pitch for one in piece.notes] == [60, 62]
    assert piece.remarks == ("a track is damaged: the notes before that were read",)


def test_songs_of_a_file_follow_one_another(tmp_path: Path) -> None:
    path = tmp_path / "songs.mid"
    tempo, three = b"\x00\xff\x51\x03\x0f\x42\x40", b"\x00\xff\x58\x04\x03\x02\x18\x08"
    songs = (
        smf.track(tempo, three, smf.note(60, length=500)),
        smf.track(),
        smf.track(smf.note(62)),
        smf.track(tempo, smf.note(64, before=480)),
    )
    path.write_bytes(smf.header(kind=2) + b"".join(songs))
    piece = read_midi(path)
    assert [(one.onset, one.pitch) for one in piece.notes] == [(0, 60), (48, 62), (96, 64)]
    assert piece.parts == (0, 1, 2)
    assert piece.bars == (Bar(0, 0, METERS.index((3, 4))), Bar(48, 0, UNKNOWN_METER))
    assert piece.tempi == (TempoChange(0, 60.0), TempoChange(48, 120.0), TempoChange(72, 60.0))


def test_of_tempi_at_one_tick_the_last_holds(tmp_path: Path) -> None:
    slow, fast = (mido.MetaMessage("set_tempo", tempo=tempo) for tempo in (1_000_000, 500_000))
    piece = read_midi(save(tmp_path / "two.mid", slow, fast, on(60), off(60, time=480)))
    assert (piece.bpm, piece.tempi) == (120.0, (TempoChange(0, 120.0),))


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.mid: no such file"):
        read_midi(tmp_path / "nowhere.mid")


def test_a_failed_write_leaves_nothing_behind_and_the_old_file_whole(tmp_path: Path) -> None:
    (tmp_path / "song.mid").mkdir()
    with pytest.raises(InputError, match="cannot write"):
        write_midi(tmp_path / "song.mid", [("song", [Note(0, 24, 60, 80)])], 120.0)
    assert [path.name for path in tmp_path.iterdir()] == ["song.mid"]


def test_the_bundled_seed_is_a_short_phrase_with_chords_and_dynamics() -> None:
    piece = read_midi(SEED)
    assert piece.bpm == pytest.approx(112.0, rel=1e-4)
    assert 3.0 < max(note.end for note in piece.notes) / 24 * 60 / 112 < 6.0
    assert len({note.velocity for note in piece.notes}) > 10
    assert len({note.onset for note in piece.notes}) < len(piece.notes)
