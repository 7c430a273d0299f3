"""One tempo after another without a jump of ticks."""

from fractions import Fraction

from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo

NOW_NS = 100_000
BEAT_NS = 300_000
"""Tempos that agree to within NOW_NS now, and BEAT_NS a beat later, are one: nobody need be told of the other."""


def retimed(tempo: Tempo, bpm: float, at_ns: int) -> Tempo:
    """Another bpm from a moment on, at which the old tempo and the new one are at the same point."""
    tick = tempo.tick_at(at_ns)
    target = Tempo.of(bpm)
    past = Fraction(at_ns - tempo.ns_at(tick)) * tempo.bpm / target.bpm
    return Tempo(target.bpm, at_ns - round(past), tick)


def agree(tempo: Tempo, other: Tempo, at_ns: int) -> bool:
    """Whether two tempos are the same to the ear, at a moment and for the beat after it."""
    tick = tempo.tick_at(at_ns)
    return (
        abs(tempo.ns_at(tick) - other.ns_at(tick)) <= NOW_NS
        and abs(tempo.ns_at(tick + TICKS_PER_BEAT) - other.ns_at(tick + TICKS_PER_BEAT)) <= BEAT_NS
    )


def next_tick(tempo: Tempo, at_ns: int) -> int:
    """The tick that something at a moment begins: one that is not over for more than a quarter of itself."""
    tick = tempo.tick_at(at_ns)
    return tick + (4 * (at_ns - tempo.ns_at(tick)) > tempo.ns_of(1))
