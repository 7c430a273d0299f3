"""The figures of one set, and how they are printed beside baselines and what others have published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from benchmarks.piano_rolls import duplicates
from benchmarks.piano_rolls.baselines import FrameNgram, Unigram
from benchmarks.piano_rolls.card import Card
from benchmarks.piano_rolls.data import SPLITS, Roll, Rolls
from benchmarks.piano_rolls.imitation import Doubles, Imitation
from benchmarks.piano_rolls.score import Run, listen
from benchmarks.piano_rolls.step import Step
from training.families import SHARED
from training.progress import bar

PUBLISHED: Mapping[str, tuple[tuple[str, float], ...]] = {
    "JSB chorales": (("RNN-NADE", 5.19), ("DMM-Aug-NADE", 5.118), ("TCN", 8.10)),
    "Nottingham": (("RNN-NADE", 2.31), ("DMM-Aug-NADE", 2.305), ("TCN", 3.07)),
}
"""Nats per frame on the test split: Boulanger-Lewandowski et al. 2012, Krishnan et al. 2017, Bai et al. 2018."""

ORDERS = (1, 2, 3, 4)
"""Frames an n-gram looks at, the one it predicts included; validation chooses."""
WIDTH = 54


@dataclass(frozen=True, slots=True)
class Figure:
    """Nats per frame over all frames of all sequences, and over all but each sequence's first."""

    frames: int
    every: float
    later: float

    @classmethod
    def of(cls, nats: Sequence[Doubles]) -> "Figure":
        """From the nats of each frame [T] of each sequence; every frame counts alike."""
        later = np.concatenate([each[1:] for each in nats])
        whole = np.concatenate(list(nats))
        return cls(len(whole), float(whole.mean()), float(later.mean()) if len(later) else 0.0)


class Baseline(Protocol):
    """A table that predicts frames."""

    def nats(self, roll: Roll) -> Doubles:
        """Nats of each frame [T]."""


def _head() -> str:
    """The line above the rows."""
    return f"{'nats per frame':{WIDTH}} {'frames':>8} {'all':>8} {'2..T':>8}"


def _row(label: str, figure: Figure) -> str:
    """One line of the table."""
    return f"{label:{WIDTH}} {figure.frames:8,} {figure.every:8.3f} {figure.later:8.3f}"


def _published(name: str) -> list[str]:
    """The figures that others report on this set's test split, one line each."""
    return [f"{f'published: {who}':{WIDTH}} {'':8} {nats:8.3f}" for who, nats in PUBLISHED.get(name, ())]


def show(rolls: Rolls, step: Step, card: Card, how: Imitation, splits: Sequence[str]) -> None:
    """Score these splits and print their rows; beside the test split's, baselines and what others report."""
    print(_head(), flush=True)
    for split in splits:
        runs = _runs(rolls.splits[split], step, card, split)
        _print_rows(split, runs, how)
        if split == "test":
            _print_unrelated(rolls, runs, how)
            _print_baselines(rolls)
    for line in _published(rolls.name) if "test" in splits else ():
        print(line)


def _runs(sequences: Sequence[Roll], step: Step, card: Card, split: str) -> list[Run]:
    layout = card.settings.layout(card.keys)
    runs: list[Run] = []
    with bar(len(sequences), f"scoring {split}") as shown:
        for at in range(0, len(sequences), 64):
            runs += listen(step, sequences[at : at + 64], layout)
            shown.update(len(runs) - shown.n)
    return runs


def _print_rows(label: str, runs: Sequence[Run], how: Imitation) -> None:
    print(_row(label, Figure.of([run.nats() for run in runs])))
    print(_row(f"{label}, imitating", Figure.of([run.nats(how) for run in runs])), flush=True)


def _print_unrelated(rolls: Rolls, runs: Sequence[Run], how: Imitation) -> None:
    """The test sequences whose melody is not from training, by the house's measure of kinship and by a stricter one."""
    shares = duplicates.shared(rolls.splits["test"], rolls.splits["train"])
    for most, words in ((SHARED, "test, melody not from training"), (0.0, "test, not even a phrase")):
        own = [run for run, share in zip(runs, shares, strict=True) if share < most or share == 0]
        if own:
            _print_rows(f"{words} ({len(own)} of {len(runs)})", own, how)


def _print_baselines(rolls: Rolls) -> None:
    train, valid, test = (rolls.splits[split] for split in SPLITS)
    ngrams = [FrameNgram(train, order) for order in ORDERS]
    best = min(ngrams, key=lambda ngram: Figure.of([ngram.nats(roll) for roll in valid]).every)
    baselines: list[tuple[str, Baseline]] = [
        ("each key for itself (unigram)", Unigram(train)),
        (f"{best.order}-gram of frames, backing off", best),
    ]
    for label, baseline in baselines:
        print(_row(f"baseline: {label}", Figure.of([baseline.nats(roll) for roll in test])))
