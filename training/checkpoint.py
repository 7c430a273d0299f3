"""The checkpoint of a training: one `.npz` without pickles, replaced whole, from which it goes on exactly."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from midi.atomic_file import replacing
from midi.errors import InputError
from training.damage import DAMAGE

FORMAT = 4
"""Part of the settings: raise it when a checkpoint holds something else than before."""

Arrays = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Groups of arrays by name (variables, optimizer, states, streams, best weights), and the JSON beside them."""

    groups: Mapping[str, Arrays]
    notes: dict[str, Any]
    """Step, seconds, history, random generator, and the settings that the run was started with."""


def save(path: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint on disk by this one.

    Raises:
        InputError: the disk is full or not writable.
    """
    arrays = {f"{group}/{name}": array for group, named in checkpoint.groups.items() for name, array in named.items()}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durable=True) as partial, partial.open("wb") as file:
            np.savez(file, allow_pickle=False, notes=np.array(json.dumps(checkpoint.notes)), **arrays)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def load(path: Path, settings: dict[str, Any]) -> Checkpoint | None:
    """The checkpoint on disk, or None if there is none.

    Raises:
        InputError: it is damaged, or belongs to a training with other settings; the message names what differs.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            groups: dict[str, dict[str, npt.NDArray[Any]]] = defaultdict(dict)
            for key in kept.files:
                group, _, name = key.partition("/")
                groups[group][name] = kept[key]
            notes = json.loads(str(groups.pop("notes")[""]))
            before: dict[str, Any] = notes["settings"]
    except FileNotFoundError:
        return None
    except DAMAGE as error:
        raise InputError(f"{path} cannot be resumed ({type(error).__name__}): add --fresh to begin anew") from None
    _check_settings(before, settings)
    return Checkpoint(groups, notes)


def _check_settings(before: dict[str, Any], settings: dict[str, Any]) -> None:
    """Check that a training is resumed with the settings that it was begun with."""
    changed = [
        f"{key} was {before.get(key)}, is {settings.get(key)}"
        for key in sorted(before.keys() | settings.keys())
        if before.get(key) != settings.get(key)
    ]
    if changed:
        raise InputError(
            f"a training of this name was begun with other settings ({'; '.join(changed)}): "
            "give the same again to resume it, or add --fresh to begin anew"
        )
