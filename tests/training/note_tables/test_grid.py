"""Playing to known beats: straight notes go to sixteenths, triplets to triplets, and nothing is lost."""

import numpy as np
import pytest

from training.note_tables.grid import on_grid


def ticks(*at: float, keys: tuple[int, ...] = ()) -> list[int]:
    snapped: list[int] = on_grid(np.array(at) / 24, np.array(keys or range(len(at)))).tolist()
    return snapped


def test_loose_sixteenths_stay_sixteenths() -> None:
    assert ticks(1.0, 5.2, 12.9, 17.4, 24.8) == [0, 6, 12, 18, 24]


def test_triplets_are_told_by_their_beat() -> None:
    assert ticks(0.3, 8.2, 15.8, 24.1, 30.2) == [0, 8, 16, 24, 30]


def test_a_note_before_the_beat_belongs_to_it() -> None:
    assert ticks(22.5) == [24]


def test_the_grid_is_finer_where_strokes_of_one_key_would_meet() -> None:
    assert ticks(0.0, 2.9, 6.1, keys=(38, 38, 38)) == [0, 3, 6]
    assert ticks(0.0, 2.9, 6.1, keys=(38, 42, 38)) == [0, 0, 6]


@pytest.mark.parametrize("seed", range(5))
def test_no_note_strays_further_than_half_a_sixteenth(seed: int) -> None:
    beats = np.sort(np.random.default_rng(seed).uniform(0, 30, 200))
    assert (np.abs(on_grid(beats, np.arange(200)) - beats * 24) <= 4.0).all()
