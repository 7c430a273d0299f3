"""A note table is opened if it is the file that is known, and told apart by works."""

from pathlib import Path

import pytest

from midi.errors import InputError
from tests.training.note_tables.tables import WHOLE_TABLE, write_table
from training.note_tables.reading import read_style
from training.note_tables.table_file import open_table


def test_rows_are_split_by_work_even_where_one_has_none(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    sha256 = write_table(path, [{"file": "a"}, {"file": "b"}, {"file": "c"}], **WHOLE_TABLE)
    opened = open_table(path, sha256)
    assert [len(rows) for rows in opened.rows("notes")] == [1, 1, 0]
    assert [work["file"] for work in opened.works] == ["a", "b", "c"]


def test_another_file_than_the_known_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.npz"
    write_table(path, [{"file": "a"}], **WHOLE_TABLE)
    with pytest.raises(InputError, match=r"its sha256 is .* get the file again"):
        open_table(path, "0" * 64)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"jazz_wjd\.npz: No such file"):
        read_style(tmp_path, "jazz")


def test_an_unknown_style_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no style named 'polka'; there are folk, chorale"):
        read_style(tmp_path, "polka")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_style(tmp_path / "nowhere", "jazz")
