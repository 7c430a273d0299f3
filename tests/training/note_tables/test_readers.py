"""What each table gives: ticks, deviation, roles and families."""

import re

import numpy as np

from midi.meter import meter_of
from midi.tokens import STYLES
from midi.touch import deviation_class, deviation_ms
from tests.training.note_tables.tables import table
from training.note_tables import drummed, jazz, scored, sequenced
from training.note_tables.sources import TABLES
from training.note_tables.styled_piece import NO_DEVIATION, styled
from training.pieces import UNKNOWN

SOLO = {"file": "solo", "performer": "Player", "signature": "4/4"}
BEATS = [[0, 10_000 + 5_000 * i, i // 4, i % 4 + 1, 4, 0, 0, 40 + i] for i in range(8)]
"""Eight beats of half a second."""


def wjd(*notes: tuple[int, int, int, int, int]) -> list[list[int]]:
    """Rows of (time in 0.1 ms, bar, beat, tatum, division)."""
    return [[0, at, 2500, 60 + i, 80, *place, 4, 0, 0, 0, 6500] for i, (at, *place) in enumerate(notes)]


def test_a_soloists_note_lies_on_its_tatum_and_strays_by_ms() -> None:
    opened = table([SOLO], notes=wjd((10_200, 0, 1, 1, 2), (12_900, 0, 1, 2, 2), (16_500, 0, 2, 2, 3)), beats=BEATS)
    (solo,) = jazz.solos(opened, "jazz")
    assert solo.piece.notes[:, 0].tolist() == [0, 12, 32]
    assert solo.deviation.tolist() == [20, 40, -17]
    assert solo.piece.notes[:, 1].tolist() == [12, 12, 12]
    assert solo.piece.bars.tolist() == [[0, 0, meter_of(4, 4)]]
    assert solo.family == "Player"


def test_a_note_of_a_beat_that_nobody_annotated_is_left_out() -> None:
    (solo,) = jazz.solos(table([SOLO], notes=wjd((10_000, 0, 1, 1, 1), (90_000, 9, 1, 1, 1)), beats=BEATS), "jazz")
    assert len(solo) == 1


def test_a_bass_line_is_a_note_a_beat_where_one_was_heard() -> None:
    silent = [[*row[:7], -1 if i == 2 else row[7]] for i, row in enumerate(BEATS)]
    (line,) = jazz.basses(table([SOLO], notes=wjd((10_000, 0, 1, 1, 1)), beats=silent), "bass")
    assert line.piece.notes[:, 0].tolist() == [0, 24, 72, 96, 120, 144, 168]
    assert (line.deviation == NO_DEVIATION).all()


def test_pads_become_general_midis_keys_and_strokes_stray_from_their_tick() -> None:
    work = {"file": "beat", "bpm": "120", "time_signature": "4-4", "split": "validation"}
    notes = [[0, 0, 128, 10, 100, 0, 0, 22, 90], [0, 0, 128, 234, 100, 0, 0, 40, 70]]
    (beat,) = drummed.drums(table([work], notes=notes), "drums")
    assert beat.piece.notes[:, 2].tolist() == [42, 38]
    assert beat.piece.notes[:, 0].tolist() == [0, 12]
    assert beat.deviation.tolist() == [10, -6]
    assert beat.part == "valid"


def test_the_singer_is_the_human() -> None:
    notes = [[0, 0, 1, 0, 480, 72, 90, 1], [0, 1, 0, 0, 960, 48, 90, 0]]
    work = {"file": "song", "parts": ["Singstimme\nVoice", "Piano"]}
    (song,) = scored.songs(table([work], notes=notes, events=[[0, 0, 4, 304]]), "song")
    assert song.human_parts == {0}
    assert (song.piece.notes[:, 3] == UNKNOWN).all()
    assert song.piece.bars.tolist() == [[0, 0, meter_of(3, 4)]]


def test_where_all_sing_nobody_is_the_human() -> None:
    notes = [[0, 0, 1, 0, 480, 72, 0, 1], [0, 1, 0, 0, 960, 48, 0, 0]]
    work = {"file": "duet", "parts": ["Soprano", "Alto"]}
    (song,) = scored.songs(table([work], notes=notes, events=[[0, 0, 4, 304]]), "song")
    assert not song.human_parts


def test_a_chord_spread_by_half_a_tick_is_one_onset() -> None:
    notes = [[0, t, 0, at, 470, 0, 0, 60 + t, 127] for t, at in enumerate((25_441, 25_451))]
    first = [0, 0, 0, 1, 479, 0, 0, 67, 127]
    (hymn,) = sequenced.flat(table([{"file": "h", "timesig": [[4, 4]]}], notes=[first, *notes]), "chorale")
    assert hymn.piece.notes[:, 0].tolist() == [0, 1272, 1272]
    assert (hymn.piece.notes[:, 3] == UNKNOWN).all()


def test_a_bands_drums_are_left_out_and_its_velocities_stay() -> None:
    notes = [[0, 0, 30, 0, 480, 0, 0, 40, 99], [0, 1, 128, 0, 480, 0, 0, 36, 110]]
    (piece,) = sequenced.expressive(table([{"file": "b", "timesig": []}], notes=notes), "band")
    assert piece.piece.notes[:, 2:4].tolist() == [[40, 99]]


def test_of_two_notes_on_one_key_at_one_tick_the_longer_stays() -> None:
    columns = {"onset": np.array([5, 5, 0]), "duration": np.array([2, 9, 1]), "pitch": np.array([60, 60, 70])}
    assert styled("a", "song", columns).piece.notes[:, :3].tolist() == [[0, 1, 70], [5, 9, 60]]


def test_each_table_says_where_it_is_from_and_teaches_styles_that_there_are() -> None:
    for source in TABLES:
        assert source.licence
        assert source.attribution
        assert re.search("@[0-9a-f]{40}", source.source)
        assert re.fullmatch("[0-9a-f]{64}", source.sha256)
        assert set(source.readers) <= set(STYLES)


def test_classes_of_deviation_are_10_ms_wide_and_open_at_the_ends() -> None:
    assert [deviation_class(ms) for ms in (-200, -60, -4, 0, 4, 14.9, 200)] == [0, 0, 6, 6, 6, 7, 12]
    assert [deviation_ms(deviation_class(ms)) for ms in (-60, 0, 20)] == [-60, 0, 20]
