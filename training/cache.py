"""A cache of readings, by the bytes they were read from: a second run, or a moved folder, reads nothing again.

One `.npz` a file under `$XDG_CACHE_HOME/antiphon/scores`, without pickles; written aside, then renamed, so that two
trainings at once, or one that is killed, leave no half file.
"""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from midi.atomic_file import replacing
from midi.errors import InputError
from midi.files import SUFFIXES
from training.damage import DAMAGE
from training.pieces import BAR_COLUMNS, COLUMNS, NOT_PLAYED, PLAYED_COLUMNS, Ints

READERS = {"midi": "4", "scores": "2"}
"""Part of every key: raise a reader's when it changes what it makes of a file."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The reading of one file: labels, notes and bars of its tunes, and labels and reasons of those it lost.

    `remarks`: what its reader says of how it was read, each a line.
    `tunes`: int32 [N, 6] each, `bars`: int32 [M, 3] each, as in `training.pieces.Piece`. `played`: int32 [N, 5], of a
    MIDI file, which is one tune; empty of a score.
    """

    labels: tuple[str, ...] = ()
    tunes: tuple[Ints, ...] = ()
    bars: tuple[Ints, ...] = ()
    lost: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    played: tuple[Ints, ...] = ()

    @classmethod
    def none(cls, why: str) -> "Reading":
        """The reading of a file that gave nothing."""
        return cls(lost=(("", why),))


def home() -> Path:
    """Antiphon's cache folder (XDG Base Directory Specification), which anyone may delete."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "antiphon"


def entry(path: Path) -> Path:
    """The path of a file's reading: by suffix, since it picks the reader, and content."""
    suffix = path.suffix.lower()
    reader = READERS["midi" if suffix in SUFFIXES else "scores"]
    digest = hashlib.sha256(f"{reader} {suffix} ".encode() + path.read_bytes()).hexdigest()
    return home() / "scores" / digest[:2] / f"{digest}.npz"


def load(path: Path) -> Reading | None:
    """A kept reading, or None if there is none or it is damaged."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            labels = tuple(kept["labels"].tolist())
            tunes = _parted(kept["notes"].reshape(-1, len(COLUMNS)), kept["lengths"])
            bars = _parted(kept["bars"].reshape(-1, len(BAR_COLUMNS)), kept["bar_lengths"])
            lost = tuple((label, why) for label, why in kept["lost"].tolist())
            remarks = tuple(kept["remarks"].tolist()) if "remarks" in kept else ()
            played = kept.get("played", NOT_PLAYED).reshape(-1, len(PLAYED_COLUMNS))
    except DAMAGE:
        return None
    return Reading(labels, tunes, bars, lost, remarks, (played,) if len(played) else ())


def _parted(rows: Ints, lengths: npt.NDArray[np.int64]) -> tuple[Ints, ...]:
    """The tables that were kept as one."""
    return tuple(np.split(rows, np.cumsum(lengths)[:-1])) if len(lengths) else ()


def _joined(tables: Sequence[Ints], columns: Sequence[str]) -> tuple[Ints, npt.NDArray[np.int64]]:
    """Tables as one, and how long each is."""
    nothing = np.zeros((0, len(columns)), np.int32)
    return np.concatenate([nothing, *tables]), np.array([len(rows) for rows in tables], np.int64)


def keep(path: Path, reading: Reading) -> None:
    """Keep a reading; a cache that cannot be written costs only time, so that is no error."""
    notes, lengths = _joined(reading.tunes, COLUMNS)
    bars, bar_lengths = _joined(reading.bars, BAR_COLUMNS)

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durable=True) as partial, partial.open("wb") as file:
            np.savez_compressed(
                file,
                notes=notes,
                lengths=lengths,
                bars=bars,
                bar_lengths=bar_lengths,
                labels=np.array(reading.labels, np.str_),
                lost=np.array(reading.lost, np.str_).reshape(-1, 2),
                remarks=np.array(reading.remarks, np.str_),
                played=np.concatenate([NOT_PLAYED, *reading.played]),
            )
    except (OSError, InputError):
        return
