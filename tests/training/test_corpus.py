"""Reading a folder: everything usable is used, everything else is named with its reason, and nothing is read twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import mido
import pytest

from midi.errors import InputError
from midi.meter import METERS, Bar
from tests.training.music import melody, notes_of, write_folder
from training import cache, corpus
from training.cache import Reading
from training.corpus import Corpus, read_folder, read_named
from training.pieces import COLUMNS, Remark, bar_table, table


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "antiphon"


def test_a_folder_is_read_with_its_folders_and_keeps_velocities(tmp_path: Path) -> None:
    write_folder(tmp_path / "music" / "deep" / "down", 2)
    write_folder(tmp_path / "music", 1)
    read = read_folder(tmp_path / "music")
    assert [work.name for work in read.works] == ["000.mid", "deep/down/000.mid", "deep/down/001.mid"]
    assert [work.collection for work in read.works] == ["", "deep", "deep"]
    assert notes_of(read.works[0].notes) == melody(0, velocity=80)
    assert read.skipped == ()


def test_unreadable_files_are_skipped_and_named_with_their_reason(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "music", 2)
    whole = (folder / "000.mid").read_bytes()
    (folder / "cut.mid").write_bytes(whole[:40])
    (folder / "text.mid").write_text("a letter, not music")
    (folder / "text.musicxml").write_text("a letter, not music")
    (folder / "notes.txt").write_text("of no interest")
    read = read_folder(folder)
    assert [work.name for work in read.works] == ["000.mid", "001.mid"]
    assert {skipped.name for skipped in read.skipped} == {"cut.mid", "text.mid", "text.musicxml"}
    assert all(skipped.line and str(folder) not in skipped.line for skipped in read.skipped)
    assert read.files == 5


def test_karaoke_and_riff_files_are_looked_for(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "music", 2)
    (folder / "000.mid").rename(folder / "song.kar")
    (folder / "001.mid").rename(folder / "SONG.RMI")
    assert [work.name for work in read_folder(folder).works] == ["SONG.RMI", "song.kar"]


def test_what_is_to_be_known_of_a_file_is_told_and_kept(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "music", 1)
    (folder / "cut.mid").write_bytes((folder / "000.mid").read_bytes()[:200])
    first, second = read_folder(folder), read_folder(folder)
    remark = Remark("cut.mid", "it ends in the middle of a track: the notes before that were read")
    assert first.remarks == second.remarks == (remark,)
    assert [work.name for work in first.works] == ["000.mid", "cut.mid"]


def test_a_reading_of_another_version_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "music", 1)
    before = cache.entry(folder / "000.mid")
    monkeypatch.setitem(cache.READERS, "midi", "2")
    assert cache.entry(folder / "000.mid") != before


def test_a_file_that_trips_its_reader_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "music", 1)

    def trip(path: Path) -> None:
        raise ZeroDivisionError("deep\ninside")

    monkeypatch.setattr("midi.files.read_midi", trip)
    assert corpus.read_file(folder / "000.mid").lost == (("", "ZeroDivisionError: deep inside"),)


def test_a_second_reading_opens_no_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_folder(tmp_path / "music", 3)
    (folder / "text.mid").write_text("a letter, not music")
    first = read_folder(folder)

    def no_pool(unread: object) -> None:
        raise AssertionError(f"read again: {unread}")

    monkeypatch.setattr(corpus, "_read_in_pool", no_pool)
    moved = folder.rename(tmp_path / "elsewhere")
    second = read_folder(moved)
    assert second.digest == first.digest
    assert second.skipped == first.skipped


def test_a_changed_file_is_read_anew(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "music", 2)
    before = read_folder(folder)
    (folder / "001.mid").write_bytes((folder / "000.mid").read_bytes())
    after = read_folder(folder)
    assert after.digest != before.digest
    assert (after.works[1].notes == after.works[0].notes).all()


def test_a_damaged_reading_in_the_cache_is_read_anew(tmp_path: Path, own_cache: Path) -> None:
    folder = write_folder(tmp_path / "music", 1)
    before = read_folder(folder)
    (kept,) = own_cache.rglob("*.npz")
    kept.write_bytes(kept.read_bytes()[:50])
    assert read_folder(folder).digest == before.digest


def test_a_reading_comes_back_from_the_cache_as_it_was(tmp_path: Path) -> None:
    tunes = (table(melody(1)), table(melody(2, notes=1)))
    bars = (bar_table([Bar(0, 72, 2), Bar(500, 0, 1)]), bar_table(()))
    reading = Reading(("1", "2"), tunes, bars, (("3", "no notes in it"),))
    cache.keep(tmp_path / "kept.npz", reading)
    back = cache.load(tmp_path / "kept.npz")
    assert back is not None
    assert (back.labels, back.lost) == (reading.labels, reading.lost)
    for kept, given in ((back.tunes, tunes), (back.bars, bars)):
        assert [rows.tolist() for rows in kept] == [rows.tolist() for rows in given]
        assert [rows.shape for rows in kept] == [rows.shape for rows in given]
    assert [path.name for path in tmp_path.iterdir()] == ["kept.npz"]


def test_a_reading_that_gave_nothing_comes_back_too(tmp_path: Path) -> None:
    reading = Reading(lost=(("", "no notes in it"),))
    cache.keep(tmp_path / "kept.npz", reading)
    assert cache.load(tmp_path / "kept.npz") == reading


def test_bars_and_parts_of_a_file_reach_its_work_and_change_the_digest(tmp_path: Path) -> None:
    def write(beats: int) -> Corpus:
        meta = mido.MetaMessage("time_signature", numerator=beats, denominator=4)
        file = mido.MidiFile(ticks_per_beat=24)
        for channel in (0, 1):
            on, off = (
                mido.Message(kind, note=60 + channel, channel=channel, time=24) for kind in ("note_on", "note_off")
            )
            file.tracks.append(mido.MidiTrack([meta, on, off]))
        file.save(folder / "two.mid")
        return read_folder(folder)

    folder = tmp_path / "music"
    folder.mkdir()
    three, four = write(3), write(4)
    assert three.works[0].notes[:, COLUMNS.index("part")].tolist() == [0, 1]
    assert three.works[0].bars.tolist() == [[0, 0, METERS.index((3, 4))]]
    assert three.digest != four.digest


@pytest.mark.parametrize(
    ("prepare", "told"),
    [
        (lambda folder: None, "no such folder"),
        (lambda folder: folder.write_text("x"), "not a folder"),
        (lambda folder: folder.mkdir(), "no music in it"),
        (lambda folder: (folder.mkdir(), (folder / "a.mid").write_text("x")), "none of the 1 files could be read"),
    ],
)
def test_a_folder_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, prepare: object, told: str) -> None:
    assert callable(prepare)
    prepare(tmp_path / "music")
    with pytest.raises(InputError, match=told) as raised:
        read_folder(tmp_path / "music")
    assert "\n" not in str(raised.value)


def test_only_the_default_corpus_has_a_name() -> None:
    with pytest.raises(InputError, match="'default'"):
        read_named("other")


def interrupt(group: int) -> None:
    """As a terminal does: the whole group."""
    os.killpg(group, signal.SIGINT)


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


@pytest.mark.parametrize("end", [interrupt, kill])
def test_an_ended_reading_ends_its_processes_and_keeps_what_was_read(
    tmp_path: Path, end: Callable[[int], None]
) -> None:
    folder = write_folder(tmp_path / "music", 200)
    code = "import sys, pathlib; from training.corpus import read_folder; read_folder(pathlib.Path(sys.argv[1]))"
    reading = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        cwd=Path(corpus.__file__).parents[1],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not (kept := set((tmp_path / "cache").rglob("*.npz"))):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    end(reading.pid)
    assert reading.wait(timeout=60) != 0
    assert kept <= set((tmp_path / "cache").rglob("*.npz"))
    assert len(set((tmp_path / "cache").rglob("*.npz"))) < 200
    while _is_there(reading.pid):  # Python's own resource tracker goes a moment after the others
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.needs_trainer
def test_names_are_printable_whatever_a_file_calls_its_tunes(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J.abc").write_text("X:1\nM:4/4\nL:1/4\nK:C\nCDEF|\nX:2\x1b[2J\nK:C\nC|\n")
    found = read_folder(tmp_path)
    assert all(
        name.isprintable() for name in (*(one.name for one in found.works), *(one.name for one in found.skipped))
    )


def test_whatever_byte_of_a_kept_reading_is_wrong_it_is_none_or_harmless(tmp_path: Path) -> None:
    path = tmp_path / "reading.npz"
    cache.keep(path, Reading(("",), (table(melody(1)),), (bar_table(()),)))
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        cache.load(path)
