"""What was read is kept, by the bytes it was read from: a second run, or a moved folder, reads nothing again.

One `.npz` a file under `$XDG_CACHE_HOME/antiphon/scores`, without pickles; written aside, then renamed, so that two
trainings at once, or one that is killed, leave no half file.
"""

import hashlib
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from training.works import COLUMNS, Ints

READER = "1"
"""Part of every key: raise it when a reader changes what it makes of a file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave: labels and notes (int32 [N, 5]) of its tunes, and labels and reasons of those it lost."""

    labels: tuple[str, ...]
    tunes: tuple[Ints, ...]
    lost: tuple[tuple[str, str], ...] = ()


def home() -> Path:
    """Antiphon's cache folder (XDG Base Directory Specification), which anyone may delete."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "antiphon"


def place(path: Path) -> Path:
    """Where the reading of this file is kept: by suffix, since it picks the reader, and content."""
    digest = hashlib.sha256(f"{READER} {path.suffix.lower()} ".encode() + path.read_bytes()).hexdigest()
    return home() / "scores" / digest[:2] / f"{digest}.npz"


def load(path: Path) -> Reading | None:
    """A kept reading, or None if there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            tunes = np.split(kept["notes"].reshape(-1, len(COLUMNS)), np.cumsum(kept["lengths"])[:-1])
            labels = tuple(kept["labels"].tolist())
            lost = tuple((label, why) for label, why in kept["lost"].tolist())
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    return Reading(labels, tuple(tunes) if labels else (), lost)


def keep(path: Path, reading: Reading) -> None:
    """Keep a reading; a cache that cannot be written costs only time, so that is no error."""

    def write(file: BinaryIO) -> None:
        np.savez_compressed(
            file,
            notes=np.concatenate(reading.tunes) if reading.tunes else np.zeros((0, len(COLUMNS)), np.int32),
            lengths=np.array([len(tune) for tune in reading.tunes], np.int64),
            labels=np.array(reading.labels, np.str_),
            lost=np.array(reading.lost, np.str_).reshape(-1, 2),
        )

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, write)
    except OSError:
        return


def replace(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file whole or not at all: beside its place, flushed to the disk, then renamed over it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with aside.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
