"""A file is replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from midi.atomic_file import replacing
from midi.errors import InputError


def test_the_old_file_stands_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with replacing(path) as partial:
        partial.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def _write_half(path: Path, error: BaseException) -> None:
    with replacing(path) as partial:
        partial.write_text("ne")
        raise error


@pytest.mark.parametrize("error", [ValueError("of the writer"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_nothing_beside(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(type(error)):
        _write_half(path, error)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_that_is_not_there_is_named_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "file"
    with pytest.raises(InputError, match=r"cannot write .*nowhere.file: No such file or directory"), replacing(path):
        pass


def test_a_durable_file_is_flushed_before_it_takes_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    seen: list[tuple[int, bool]] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append((os.fstat(descriptor).st_size, path.exists())))
    with replacing(path, durable=True) as partial:
        partial.write_text("whole")
    with replacing(path) as partial:
        partial.write_text("soon replaced")
    assert seen == [(5, False)]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_the_permissions_of_the_old_file_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(0o640)
    with replacing(path) as partial:
        partial.write_text("new")
    assert path.stat().st_mode & 0o777 == 0o640
