"""Scripts of MIDI clock, good and bad, for `tests.peers.sender.Sender`, which says when it sent each message.

A clock is a list of `Pulse`s; what happens to it on its way (jitter, loss, doubling) keeps each pulse's tick, so that
`tests.peers.grid` knows the grid that was meant.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.peers.sender import Sent, Timed

PULSE = b"\xf8"
START = b"\xfa"
CONTINUE = b"\xfb"
STOP = b"\xfc"
PPQN = 24
"""Pulses to the quarter note (MIDI 1.0)."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """One clock message: seconds after the script's start, and its number on the grid that is meant."""

    at: float
    tick: int


def position(sixteenths: int) -> bytes:
    """Song position pointer: so many sixteenths (6 pulses each) after the song's start, 0 to 16,383."""
    return bytes([0xF2, sixteenths & 0x7F, sixteenths >> 7])


def clock(stretches: Iterable[tuple[float, int]], at: float = 0.0, tick: int = 0) -> list[Pulse]:
    """Stretches of (beats a minute, number of pulses), one after the other; the first pulse is at `at`."""
    pulses = []
    for bpm, count in stretches:
        for _ in range(count):
            pulses.append(Pulse(at, tick))
            at += 60.0 / (bpm * PPQN)
            tick += 1
    return pulses


def ramp(first: float, last: float, count: int, at: float = 0.0) -> list[Pulse]:
    """A tempo that goes from one value to another, evenly over `count` pulses, of which there are at least two."""
    return clock(((first + (last - first) * index / (count - 1), 1) for index in range(count)), at)


def jittered(pulses: Sequence[Pulse], seconds: float, rng: random.Random) -> list[Pulse]:
    """Each pulse late by 0 to `seconds`, evenly spread; in order still."""
    late = [replace(pulse, at=pulse.at + rng.uniform(0.0, seconds)) for pulse in pulses]
    moments = sorted(pulse.at for pulse in late)
    return [replace(pulse, at=moment) for pulse, moment in zip(pulses, moments, strict=True)]


def thinned(pulses: Sequence[Pulse], share: float, rng: random.Random) -> list[Pulse]:
    """A share of the pulses (0 to 1) never arrives."""
    return [pulse for pulse in pulses if rng.random() >= share]


def doubled(pulses: Sequence[Pulse], share: float, rng: random.Random, after: float = 0.001) -> list[Pulse]:
    """A share of the pulses (0 to 1) comes twice, the second `after` seconds behind."""
    twice = [replace(pulse, at=pulse.at + after) for pulse in pulses if rng.random() < share]
    return sorted([*pulses, *twice], key=lambda pulse: pulse.at)


def script(pulses: Sequence[Pulse], *events: Timed) -> list[Timed]:
    """The pulses as messages, with others (start, stop, notes) at their moments before a pulse of the same moment."""
    return sorted([*events, *((pulse.at, PULSE) for pulse in pulses)], key=lambda timed: timed[0])


def sent_pulses(pulses: Sequence[Pulse], sent: Sequence[Sent]) -> list[tuple[int, int]]:
    """What the sender says of such a script: (tick, ns of its clock) of each pulse in it."""
    moments = [one.at_ns for one in sent if one.message == PULSE]
    return [(pulse.tick, at) for pulse, at in zip(pulses, moments, strict=True)]
