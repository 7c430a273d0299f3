"""The figures of a drummer: what is counted where."""

from benchmarks.drumming import BACK, KICK, SNARE, STRONG, Drumming
from midi.notes import Note

TOM = 43


def test_places_of_the_bar_and_fourth_bars_are_told_apart() -> None:
    beat = [Note(96 * bar + tick, 6, key, 80) for bar in range(4) for tick, key in ((0, KICK), (24, SNARE))]
    fill = [Note(3 * 96 + tick, 6, TOM, 80) for tick in (48, 54, 60, 66)]
    drumming = Drumming([*beat, *fill], [0.0, 10.0])
    assert (drumming.share(KICK, STRONG), drumming.share(SNARE, BACK)) == (0.5, 0.5)
    assert drumming.in_bars(fourth=True) == (1.5, 4 / 6)
    assert drumming.in_bars(fourth=False) == (0.5, 0.0)
