"""`antiphon eval --piano-rolls`: learn a set, or take a model of it, and print its nats per frame beside baselines.

The step that is scored is the exported one, run by onnxruntime. Importing this module imports nothing heavy.
"""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from midi.errors import InputError
from training import cache
from training.families import SHARED
from training.progress import bar
from training.rolls import kin, table
from training.rolls.baselines import FrameNgram, Unigram
from training.rolls.card import Card
from training.rolls.data import SPLITS, Roll, Rolls, read
from training.rolls.imitation import Imitation
from training.rolls.score import Heard, listen
from training.rolls.settings import CHOSEN, MINUTES, Settings
from training.rolls.step import Step

INTERRUPTED = 130
MODEL = "model.onnx"
ORDERS = (1, 2, 3, 4)
"""Frames an n-gram looks at, the one it foretells included; validation chooses."""


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
        given: dict[str, Any] = {"epochs": epochs, "seconds": seconds, "layers": layers, "units": units, "seed": seed}
        chosen = CHOSEN.get(rolls.name, Settings())
        settings = replace(chosen, **{name: value for name, value in given.items() if value is not None})
        work = out or _workbench(rolls, settings)
        model = work / MODEL
        if fresh:
            shutil.rmtree(work, ignore_errors=True)
        if not model.is_file() and not _train(rolls, settings, work, model):
            return INTERRUPTED
    elif not model.is_file():
        raise InputError(f"there is no model {model}: give a model.onnx that this command made, or leave --model out")
    step = Step(model)
    card = Card.of(step.told)
    _check(card, rolls, model)
    how = card.imitation if imitate is None else replace(card.imitation, weight=imitate)
    _describe(card, how, model)
    _print_table(rolls, step, card, how, splits)
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


def _train(rolls: Rolls, settings: Settings, work: Path, place: Path) -> bool:
    from training import heavy

    minutes = MINUTES.get(rolls.name, "some time")
    print(f"no model of it with these settings yet: learning one, {minutes}; it stays in {work}", file=sys.stderr)
    print("Ctrl-C saves; the same command goes on from there.", file=sys.stderr, flush=True)
    heavy.check()
    heavy.load()
    from training.rolls.making import make

    finished = make(rolls, settings, work, place)
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


def _print_table(rolls: Rolls, step: Step, card: Card, how: Imitation, splits: Sequence[str]) -> None:
    print(table.head(), flush=True)
    for split in splits:
        heard = _heard(rolls.splits[split], step, card, split)
        _print_rows(split, heard, how)
        if split == "test":
            _print_unrelated(rolls, heard, how)
            _print_baselines(rolls)
    for line in table.published(rolls.name) if "test" in splits else ():
        print(line)


def _heard(sequences: Sequence[Roll], step: Step, card: Card, split: str) -> list[Heard]:
    layout = card.settings.layout(card.keys)
    heard: list[Heard] = []
    with bar(len(sequences), f"scoring {split}") as shown:
        for at in range(0, len(sequences), 64):
            heard += listen(step, sequences[at : at + 64], layout)
            shown.update(len(heard) - shown.n)
    return heard


def _print_rows(label: str, heard: Sequence[Heard], how: Imitation) -> None:
    print(table.row(label, table.Figure.of([each.nats() for each in heard])))
    print(table.row(f"{label}, imitating", table.Figure.of([each.nats(how) for each in heard])), flush=True)


def _print_unrelated(rolls: Rolls, heard: Sequence[Heard], how: Imitation) -> None:
    """The test sequences whose melody is not from training, by the house's measure of kinship and by a stricter one."""
    shares = kin.shared(rolls.splits["test"], rolls.splits["train"])
    for most, words in ((SHARED, "test, melody not from training"), (0.0, "test, not even a phrase")):
        own = [each for each, share in zip(heard, shares, strict=True) if share < most or share == 0]
        if own:
            _print_rows(f"{words} ({len(own)} of {len(heard)})", own, how)


def _print_baselines(rolls: Rolls) -> None:
    train, valid, test = (rolls.splits[split] for split in SPLITS)
    ngrams = [FrameNgram(train, order) for order in ORDERS]
    best = min(ngrams, key=lambda ngram: table.Figure.of([ngram.nats(roll) for roll in valid]).every)
    baselines: list[tuple[str, table.Baseline]] = [
        ("each key for itself (unigram)", Unigram(train)),
        (f"{best.order}-gram of frames, backing off", best),
    ]
    for label, baseline in baselines:
        print(table.row(f"baseline: {label}", table.Figure.of([baseline.nats(roll) for roll in test])))
