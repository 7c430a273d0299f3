"""Files as they are in the wild: each of `wild/` is `good.mid` with one fault or oddity, and the right reading here."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.errors import InputError
from midi.files import SUFFIXES, read_midi
from midi.meter import Bar, meter_of, place
from midi.notes import Note, canonical
from midi.piece import Piece
from midi.rests import LONGEST_REST
from midi.tempo import TempoChange

WILD = Path(__file__).parent / "wild"
PITCHES = (60, 62, 64, 65, 67, 69, 71, 72)
SCALE = tuple(Note(12 * index, 12, pitch, 80) for index, pitch in enumerate(PITCHES))
FOUR_FOUR = (Bar(0, 0, meter_of(4, 4)),)


def wild(name: str) -> Piece:
    return read_midi(WILD / name)


@pytest.mark.parametrize(
    "name",
    [
        "good.mid",
        "alien_chunk_between.mid",
        "channel_prefix_empty.mid",
        "gs_drums_on_channel_11.mid",
        "header_says_3_tracks_has_2.mid",
        "keysig_18_flats.mid",
        "keysig_empty.mid",
        "last_track_length_5_too_long.mid",
        "piano_on_channel_10_gs_melodic.mid",
        "rmid.rmi",
        "running_status_across_sysex.mid",
    ],
)
def test_the_scale_is_read_without_a_remark(name: str) -> None:
    piece = wild(name)
    assert (piece.notes, piece.parts) == (SCALE, (0,) * 8)
    assert (piece.bpm, piece.tempi) == (120.0, (TempoChange(0, 120.0),))
    assert piece.bars in (FOUR_FOUR, ())
    assert piece.remarks == ()


def test_a_tempo_of_two_bytes_says_nothing() -> None:
    piece = wild("tempo_2_bytes.mid")
    assert (piece.notes, piece.bpm, piece.bars) == (SCALE, None, FOUR_FOUR)


def test_a_time_signature_of_two_bytes_says_nothing() -> None:
    piece = wild("timesig_2_bytes.mid")
    assert (piece.notes, piece.bpm, piece.bars) == (SCALE, 120.0, ())


def test_the_notes_before_a_cut_are_read_and_it_says_so() -> None:
    piece = wild("cut_in_last_track.mid")
    assert piece.notes == SCALE[:6]
    assert piece.remarks == ("it ends in the middle of a track: the notes before that were read",)


def test_frames_are_read_on_a_grid_of_120_bpm_and_it_says_so() -> None:
    piece = wild("smpte_25x40.mid")
    assert (piece.notes, piece.bpm, piece.bars) == (SCALE, 120.0, ())
    assert piece.remarks == ("it counts time in film frames, not in beats: it is read as if at 120 bpm",)


def test_only_drums_are_told_as_such() -> None:
    with pytest.raises(InputError, match=r"drums_only\.mid: it holds only drums, and pitched notes are needed"):
        wild("drums_only.mid")


def test_a_key_struck_again_before_its_off_is_a_note_each() -> None:
    notes = wild("restrike_one_off.mid").notes
    assert len(notes) == 32
    assert [(note.onset, note.duration) for note in notes] == [(12 * index, 12) for index in range(32)]


def test_notes_last_as_long_as_the_pedal_holds_them() -> None:
    """Four bars of a broken chord, each key let go after a sixteenth, the pedal changed at each bar's end."""
    notes = wild("pedal_piano.mid").notes
    assert [(note.onset, note.end) for note in notes] == [(12 * i, 48 * (i // 4 + 1)) for i in range(16)]


def test_mpe_on_fifteen_channels_is_one_part() -> None:
    piece = wild("mpe_recorded_15ch.mid")
    assert len(piece.notes) == 32
    assert set(piece.parts) == {0}
    assert {note.channel for note in piece.notes} == {0}


def test_no_hours_of_silence_are_learned() -> None:
    piece = wild("huge_delta_middle.mid")
    assert [note.pitch for note in piece.notes] == [*PITCHES, *reversed(PITCHES)]
    wait = piece.notes[8].onset - piece.notes[7].onset
    assert LONGEST_REST <= wait < LONGEST_REST + 24
    assert piece.remarks == ("where nothing begins for more than 64 beats, the wait was shortened to that",)
    ticks_in_the_file = -(-0x0FFFFFFF * 24 // 480) + 96
    assert place(piece.bars, piece.notes[8].onset) == (meter_of(4, 4), ticks_in_the_file % 96)


def test_a_note_without_length_lasts_a_tick() -> None:
    assert [(note.onset, note.duration) for note in wild("zero_length_on_then_off.mid").notes] == [
        (12 * index, 1) for index in range(8)
    ]


def test_a_tempo_holds_from_its_own_tick() -> None:
    piece = wild("tempo_map_60_then_240.mid")
    assert (piece.notes, piece.bpm) == (SCALE, 60.0)
    assert piece.tempi == (TempoChange(0, 60.0), TempoChange(48, 240.0))


@given(
    name=st.sampled_from(sorted(path.name for path in WILD.iterdir())),
    changes=st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=3), st.integers(0, 3)), max_size=4),
    length=st.integers(0, 450),
)
def test_however_a_file_is_damaged_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, changes: list[tuple[int, bytes, int]], length: int
) -> None:
    data = (WILD / name).read_bytes()
    for at, inserted, removed in changes:
        data = data[:at] + inserted + data[at + removed :]
    path = tmp_path_factory.mktemp("damaged") / name
    path.write_bytes(data[:length])
    try:
        piece = read_midi(path)
    except InputError:
        return
    assert piece.notes == tuple(canonical(piece.notes))
    assert len(piece.parts) == len(piece.notes)
    assert all(note.duration and 0 <= note.pitch < 128 and 0 < (note.velocity or 0) < 128 for note in piece.notes)
    onsets = [0, *(note.onset for note in piece.notes)]
    assert all(after - before < LONGEST_REST + 24 for before, after in pairwise(onsets))
    assert [change.tick for change in piece.tempi] == sorted(change.tick for change in piece.tempi)


def test_every_wild_file_has_a_suffix_that_is_looked_for() -> None:
    files = list(WILD.iterdir())
    assert len(files) == 22
    assert {path.suffix for path in files} <= set(SUFFIXES)
    assert ".kar" in SUFFIXES
