"""A note table on disk: opened only if its digest is the one that is known."""

import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from midi.errors import InputError


@dataclass(frozen=True, slots=True)
class TableFile:
    """Arrays by name, and `works`: what the table says of each work, in the order of the notes' first column."""

    arrays: dict[str, npt.NDArray[Any]]
    works: list[dict[str, Any]]

    def rows(self, name: str) -> list[npt.NDArray[np.int32]]:
        """The rows of an array by work; the first column is the work's number."""
        table = self.arrays[name]
        ends = np.searchsorted(table[:, 0], np.arange(1, len(self.works)))
        return np.split(table, ends)


def open_table(path: Path, sha256: str) -> TableFile:
    """Open a note table.

    Raises:
        InputError: it is not there, cannot be read, or is not the file that is known.
    """
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest != sha256:
            raise InputError(f"{path}: its sha256 is {digest[:16]}..., not {sha256[:16]}...: get the file again")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
            return TableFile(arrays, cast(list[dict[str, Any]], json.loads(str(arrays.pop("meta")))))
    except (OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or 'cannot be read'}") from None
