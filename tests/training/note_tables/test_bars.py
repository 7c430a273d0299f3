"""Bars of music that names its signatures: a pickup shows in what a section leaves over, or in where the notes lie."""

import numpy as np

from midi.meter import meter_of
from tests.training.music import melody
from training.note_tables.bars import bars_by_signatures
from training.pieces import table

THREE = meter_of(3, 4)


def waltz(pickup: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Long and full on one, short on two and three, after so many ticks of pickup; as a file holds it: by onset."""
    rows = [(at, 10, 60) for at in range(0, pickup, 24)]
    for bar in range(8):
        chord = ((0, 70, 40), (0, 48, 60), (0, 48, 64), (24, 10, 60), (48, 10, 60))
        rows += [(pickup + 72 * bar + beat, length, pitch) for beat, length, pitch in chord]
    return np.array(rows, np.int32)


def test_without_pickup_the_first_bar_begins_with_the_music() -> None:
    assert bars_by_signatures(waltz(0), [(0, 3, 4)]).tolist() == [[0, 0, THREE]]


def test_a_pickup_is_heard_by_the_long_notes() -> None:
    assert bars_by_signatures(waltz(24), [(0, 3, 4)]).tolist() == [[0, 48, THREE]]


def test_where_nothing_tells_the_bars_are_unknown() -> None:
    wandering = table(melody(5, 40))[:, :3]
    assert bars_by_signatures(wandering, [(0, 3, 4)]).tolist() == []


def test_a_pickup_is_what_the_next_signature_leaves_over() -> None:
    bars = bars_by_signatures(waltz(0), [(0, 3, 4), (24 + 2 * 72, 4, 4)])
    assert bars.tolist() == [[0, 48, THREE], [168, 0, meter_of(4, 4)]]


def test_a_meter_that_is_not_told_apart_is_no_bar() -> None:
    assert bars_by_signatures(waltz(0), [(0, 7, 8)]).tolist() == []
