"""What a performance can be told: one frozen value, the same for the daemon, the renderer and the tests."""

from dataclasses import dataclass

from exported.card import IMITATE
from midi.errors import InputError

BPM_RANGE = (20.0, 400.0)
TEMPERATURE_RANGE = (0.0, 3.0)


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one performance.

    Raises:
        InputError: a value is outside its range; the message names both.
    """

    bpm: float = 120.0
    """Quarter notes a minute: how long a tick lasts."""
    temperature: float = 0.9
    """Below 1 the likely notes grow likelier, above 1 the unlikely ones; 0 always takes the likeliest."""
    imitate: float = IMITATE
    """How much the answer takes from what was played in this performance, 0 (nothing) to 1."""
    rng_seed: int = 0
    """The same seed and the same notes in give the same notes out."""
    channel: int | None = None
    """The answer's MIDI channel, 0 to 15; None: the one the human plays on."""
    bars: int | None = None
    """Length of an answer in bars of four beats; None: as long as the human's phrase."""
    lookahead_ms: int = 250
    """How far ahead of the sound notes are decided."""

    def __post_init__(self) -> None:
        _check("--bpm", self.bpm, *BPM_RANGE)
        _check("--temperature", self.temperature, *TEMPERATURE_RANGE)
        _check("--imitate", self.imitate, 0, 1)
        _check("--rng-seed", self.rng_seed, 0, 2**63 - 1)
        _check("--lookahead", self.lookahead_ms, 0, 10_000)
        if self.channel is not None:
            _check("--channel", self.channel + 1, 1, 16)
        if self.bars is not None:
            _check("--bars", self.bars, 1, 256)


def _check(flag: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also refuses NaN
        raise InputError(f"{flag} {value:g} is out of range: it takes {low:g} to {high:g}")
