"""Musical time to wall time and back: the only place where a tick becomes a nanosecond."""

from dataclasses import dataclass
from fractions import Fraction

from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT

DEFAULT_BPM = 120.0
"""The tempo where nothing says one (Standard MIDI Files 1.0)."""


@dataclass(frozen=True, slots=True)
class TempoChange:
    """From `tick` on, `bpm` quarter notes a minute, until the next change."""

    tick: int
    bpm: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """A steady tempo: tick `anchor_tick` falls on `anchor_ns` of the monotonic clock, `bpm` quarter notes a minute."""

    bpm: Fraction
    anchor_ns: int = 0
    anchor_tick: int = 0

    @classmethod
    def of(cls, bpm: float, anchor_ns: int = 0, anchor_tick: int = 0) -> "Tempo":
        """A tempo from a float; kept as a fraction so that hours of ticks add up without drift."""
        return cls(Fraction(bpm).limit_denominator(1_000_000), anchor_ns, anchor_tick)

    def ns_at(self, tick: int) -> int:
        """The moment of a tick, in ns, rounded down."""
        ticks = tick - self.anchor_tick
        return self.anchor_ns + ticks * NS_PER_MINUTE * self.bpm.denominator // (self.bpm.numerator * TICKS_PER_BEAT)

    def tick_at(self, ns: int) -> int:
        """The tick nearest to a moment."""
        per_tick_numerator = NS_PER_MINUTE * self.bpm.denominator
        per_tick_denominator = self.bpm.numerator * TICKS_PER_BEAT
        elapsed = (ns - self.anchor_ns) * per_tick_denominator
        return self.anchor_tick + (2 * elapsed + per_tick_numerator) // (2 * per_tick_numerator)

    def ns_of(self, ticks: int) -> int:
        """The length of so many ticks, in ns."""
        return self.ns_at(self.anchor_tick + ticks) - self.anchor_ns
