"""Checkpoints: what is saved comes back; another training's is refused by what differs; a damaged one says so."""

import contextlib
from pathlib import Path

import numpy as np
import pytest

from midi.errors import InputError
from training import checkpoint
from training.checkpoint import Arrays, Checkpoint

SETTINGS = {"units": 8, "corpus": "abc"}


def saved(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "checkpoint.npz"
    groups: dict[str, Arrays] = {"weights": {"0": np.arange(3.0), "1": np.eye(2)}, "states": {"0": np.zeros(1)}}
    checkpoint.save(path, Checkpoint(groups, {"settings": SETTINGS, "step": 7}))
    return path


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    back = checkpoint.load(saved(tmp_path), SETTINGS)
    assert back is not None
    assert back.notes["step"] == 7
    assert sorted(back.groups["weights"]) == ["0", "1"]
    assert (back.groups["weights"]["1"] == np.eye(2)).all()
    assert [path.name for path in (tmp_path / "work").iterdir()] == ["checkpoint.npz"]


def test_none_is_none(tmp_path: Path) -> None:
    assert checkpoint.load(tmp_path / "none.npz", SETTINGS) is None


def test_other_settings_are_refused_and_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"units was 8, is 16.*--fresh"):
        checkpoint.load(saved(tmp_path), SETTINGS | {"units": 16})


@pytest.mark.parametrize("keep", [0, 10, 300])
def test_a_damaged_one_is_refused_with_the_way_out(tmp_path: Path, keep: int) -> None:
    path = saved(tmp_path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InputError, match="--fresh"):
        checkpoint.load(path, SETTINGS)


def test_whatever_byte_is_wrong_it_is_refused_or_harmless(tmp_path: Path) -> None:
    path = saved(tmp_path)
    whole = path.read_bytes()
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        with contextlib.suppress(InputError):
            checkpoint.load(path, SETTINGS)
