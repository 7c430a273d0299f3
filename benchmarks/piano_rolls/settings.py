"""The training of a set: sizes, dropout, and how long; the settings chosen on validation for each known set."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.piano_rolls.frames import Layout


@dataclass(frozen=True, slots=True)
class Settings:
    """All that decides a training, but the data.

    `epochs`: passes through the training sequences; `seconds` ends it sooner. `periods`, `lags`, `shifts`: see
    `Layout`; `home`: the share of the sequences that keep their key in a pass. `decay`: AdamW's. `averaging`: the
    share of the averaged weights that a step keeps. The drops are shares: of givens, layers' outputs, recurrent
    weights, and the decoder's hidden layer.
    """

    layers: int = 1
    units: int = 256
    decoder: int = 256
    streams: int = 16
    chunk: int = 64
    rate: float = 3e-3
    decay: float = 1e-2
    epochs: int = 100
    seconds: int | None = None
    seed: int = 1
    periods: tuple[int, ...] = ()
    lags: tuple[int, ...] = ()
    shifts: int = 0
    home: float = 0.3
    drop_given: float = 0.1
    drop_layers: float = 0.3
    drop_recurrent: float = 0.2
    drop_decoder: float = 0.3
    averaging: float = 0.998

    def layout(self, keys: int) -> Layout:
        """The layout of an input."""
        return Layout(self.periods, self.lags, self.shifts, keys)


CHOSEN: dict[str, Settings] = {
    "JSB chorales": Settings(
        epochs=140,
        periods=(2, 4, 8, 16),
        shifts=6,
        drop_given=0.05,
        drop_recurrent=0.1,
        drop_decoder=0.2,
    ),
    "Nottingham": Settings(
        chunk=96,
        epochs=16,
        periods=(2, 3, 4, 6, 8, 12, 16, 24, 32, 64),
        lags=(6, 8, 12, 16, 24, 32, 48, 64, 96, 128),
        drop_layers=0.3,
        drop_recurrent=0.2,
        drop_decoder=0.25,
        averaging=0.997,
    ),
}
"""By a set's name; for another, the default."""
MINUTES: Mapping[str, str] = {
    "JSB chorales": "which takes 5 to 30 minutes",
    "Nottingham": "which takes 15 to 45 minutes",
}
"""The time it takes on two cores, idle or busy with other things."""
