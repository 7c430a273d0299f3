"""The tutorials' windows: each predicts the name after it."""

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - TensorFlow, quietly, or skip
from benchmarks.classic import windows


def test_a_window_of_a_hundred_foretells_the_next_name() -> None:
    piece = np.arange(300, dtype=np.int32).reshape(-1, 1)
    (given, due), *_ = (batch for batch, _ in zip(windows.batches(piece, 300), range(2), strict=False))
    assert given.shape == (windows.BATCH, windows.WINDOW, 1)
    assert np.allclose(given[:, -1, 0] * 300 + 1, due)
    assert np.allclose(given[:, 0, 0] * 300 + windows.WINDOW, due)


def test_a_piece_shorter_than_a_window_goes_round() -> None:
    given, due = next(windows.batches(np.array([[0], [1], [2]], np.int32), 3))
    assert (np.rint(given[:, -1, 0] * 3 + 1) % 3 == due).all()


def test_its_pace_is_names_foretold_a_second() -> None:
    measured = windows.pace(np.arange(200, dtype=np.int32).reshape(-1, 1), 200, steps=1, units=4)
    assert measured.steps == 1
    assert measured.names_per_second * measured.seconds == pytest.approx(windows.BATCH)
