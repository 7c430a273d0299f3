"""Learn a set, or take a model of it, and print its nats per frame beside baselines.

The step that is scored is the exported one, run by onnxruntime. Importing this module imports nothing heavy.
"""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.piano_rolls import table
from benchmarks.piano_rolls.card import Card
from benchmarks.piano_rolls.data import SPLITS, Rolls, read
from benchmarks.piano_rolls.imitation import Imitation
from benchmarks.piano_rolls.settings import CHOSEN, MINUTES, Settings
from benchmarks.piano_rolls.step import Step
from midi.errors import INTERRUPTED, InputError
from training import cache

MODEL = "model.onnx"


def run(
    path: Path,
    *,
    model: Path | None = None,
    out: Path | None = None,
    epochs: int | None = None,
    seconds: int | None = None,
    layers: int | None = None,
    units: int | None = None,
    seed: int | None = None,
    imitate: float | None = None,
    fresh: bool = False,
    splits: Sequence[str] = SPLITS,
) -> int:
    """Print the set, the model and the table of one .mat file; 0, or 130 if the training was interrupted (and saved).

    `model`: a model.onnx made here, to be scored only; else one is trained, in the folder `out` (default: in the
    cache), unless it lies there already. What is None is as chosen for the set. `imitate`: the weight of imitation, 0
    to 1, instead of the one that validation chose.

    Raises:
        InputError, MachineError, ModelError: as they say.
    """
    rolls = read(path)
    _introduce(rolls)
    if model is None:
        flags: dict[str, Any] = {"epochs": epochs, "seconds": seconds, "layers": layers, "units": units, "seed": seed}
        chosen = CHOSEN.get(rolls.name, Settings())
        settings = replace(chosen, **{name: value for name, value in flags.items() if value is not None})
        work = out or _workbench(rolls, settings)
        model = work / MODEL
        if fresh:
            shutil.rmtree(work, ignore_errors=True)
        if not model.is_file() and not _train(rolls, settings, work, model):
            return INTERRUPTED
    elif not model.is_file():
        raise InputError(f"there is no model {model}: give a model.onnx that this command made, or leave --model out")
    step = Step(model)
    card = Card.of(step.properties)
    _check(card, rolls, model)
    how = card.imitation if imitate is None else replace(card.imitation, weight=imitate)
    _describe(card, how, model)
    table.show(rolls, step, card, how, splits)
    return 0


def _introduce(rolls: Rolls) -> None:
    note = "" if rolls.known else " (by its name; nobody noted this sha256 here)"
    print(f"{rolls.name}{note}, sha256 {rolls.sha256}")
    for split in SPLITS:
        print(f"  {split:5} {len(rolls.splits[split]):5,} sequences {rolls.frames(split):9,} frames")


def _workbench(rolls: Rolls, settings: Settings) -> Path:
    """The folder in the cache for this file and these settings."""
    digest = hashlib.sha256(f"{rolls.sha256} {settings!r}".encode()).hexdigest()[:8]
    return cache.home() / "piano-rolls" / f"{rolls.name.lower().replace(' ', '-')}-{digest}"


def _train(rolls: Rolls, settings: Settings, work: Path, path: Path) -> bool:
    from training import heavy

    minutes = MINUTES.get(rolls.name, "which takes a while")
    print(f"no model of it with these settings yet: learning one, {minutes}; it stays in {work}", file=sys.stderr)
    print("Ctrl-C saves; the same command goes on from there.", file=sys.stderr, flush=True)
    heavy.check()
    heavy.load()
    from benchmarks.piano_rolls.making import make

    finished = make(rolls, settings, work, path)
    if not finished:
        print("\ninterrupted; what was saved last is kept. The same command goes on from there.", file=sys.stderr)
    return finished


def _check(card: Card, rolls: Rolls, model: Path) -> None:
    if card.sha256 != rolls.sha256:
        raise InputError(
            f"{model} learned {card.name} (sha256 {card.sha256[:12]}), not this file ({rolls.sha256[:12]}): "
            "give that file, or leave --model out to learn this one"
        )


def _describe(card: Card, how: Imitation, model: Path) -> None:
    settings = card.settings
    print(
        f"model: {settings.layers} x LSTM {settings.units}, {card.parameters:,} parameters, seed {settings.seed}; "
        f"{card.passes} passes in {card.seconds / 60:.1f} minutes, the best after {card.best_pass}; {model}"
    )
    print(
        f"imitation: weight {how.weight:g}, sharpness {how.sharpness:g}, doubt {how.doubt:g}"
        f"{'' if how == card.imitation else ' (the weight is yours)'}; chosen on validation"
    )
    print("exact by the chain rule; the mean is over all frames of a split alike, as published\n")
