"""Tiny piano-rolls of few keys, drawn from a seed, and a .mat file of them."""

from pathlib import Path

import numpy as np
from scipy.io import savemat

from benchmarks.piano_rolls.data import KEYS, Roll


def roll(frames: int, keys: int = 4, seed: int = 0) -> Roll:
    """Frames of a tune that repeats every eight of them, and now and then strays."""
    rng = np.random.default_rng(seed)
    tune = (rng.random((8, keys)) < 0.4).astype(np.uint8)
    strays = (rng.random((frames, keys)) < 0.05).astype(np.uint8)
    return np.resize(tune, (frames, keys)) ^ strays


def mat(path: Path, count: int = 6, keys: int = KEYS) -> Path:
    """A .mat file of a few short sequences a split, as the known ones are laid out."""
    splits = {}
    for number, split in enumerate(("traindata", "validdata", "testdata")):
        cells = np.empty((1, count), dtype=object)
        for index in range(count):
            cells[0, index] = np.pad(roll(20 + index, 6, 100 * number + index), ((0, 0), (40, keys - 46)))
        splits[split] = cells
    savemat(path, splits)
    return path
