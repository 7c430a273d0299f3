"""Note tables made up for the tests, in the columns of the real ones."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.note_tables.table_file import TableFile

WHOLE_TABLE = {
    "notes": [[0, 0, 0, 480, 240, 5000, 2500, 60, 80], [1, 0, 0, 0, 240, 0, 2500, 62, 70]],
    "pedal": np.zeros((0, 5), np.int32),
}


def table(works: Sequence[dict[str, Any]], **arrays: Any) -> TableFile:
    return TableFile({name: np.array(rows, np.int32) for name, rows in arrays.items()}, list(works))


def write_table(path: Path, works: Sequence[dict[str, Any]], **arrays: Any) -> str:
    """Write a table, and return its sha256."""
    rows: dict[str, Any] = {name: np.array(value, np.int32) for name, value in arrays.items()}
    np.savez(path, meta=np.array(json.dumps(list(works))), **rows)
    return hashlib.sha256(path.read_bytes()).hexdigest()
