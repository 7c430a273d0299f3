"""Two clocks at one input: one is kept, whole; what is one clock's, however uneven, is left alone."""

import random
from collections.abc import Sequence

import pytest

from realtime.session.transport.clock import CLOCK, ClockSlave
from realtime.session.transport.transport import Transport
from realtime.settings import Settings

NS = 1_000_000_000


def pulses(bpm: float, begin_s: float = 0.0, seconds: float = 6.0, jitter_ms: float = 0.3) -> list[int]:
    rng = random.Random(f"{bpm} {begin_s}")
    count = round((seconds - begin_s) * bpm / 60 * 24)
    return [round((begin_s + step * 60 / bpm / 24) * NS + rng.gauss(0, jitter_ms * 1e6)) for step in range(count)]


def heard(times: Sequence[int]) -> ClockSlave:
    clock = ClockSlave()
    for at_ns in sorted(times):
        clock.hear(bytes((CLOCK,)), at_ns)
    return clock


@pytest.mark.parametrize("apart_ms", [0, 1, 3, 5, 8, 10])
def test_two_copies_of_one_clock_are_one(apart_ms: int) -> None:
    clock = heard([*pulses(100), *pulses(100, apart_ms / 1000)])
    assert clock.bpm == pytest.approx(100, rel=0.002)


@pytest.mark.parametrize(("first", "second"), [(100, 120), (60, 61), (140, 90)])
def test_of_two_tempos_one_is_kept(first: float, second: float) -> None:
    clock = heard([*pulses(first), *pulses(second, 0.003)])
    assert clock.is_two
    assert min(abs(clock.bpm - bpm) for bpm in (first, second)) < 0.2


def test_the_clock_that_was_there_first_is_kept() -> None:
    clock = heard([*pulses(100), *pulses(140, 2.0)])
    assert clock.bpm == pytest.approx(100, rel=0.002)


def test_when_one_of_them_goes_the_other_is_followed() -> None:
    clock = heard([*pulses(100, seconds=4), *pulses(140, 0.003, seconds=9)])
    assert not clock.is_two
    assert clock.bpm == pytest.approx(140, rel=0.01)


@pytest.mark.parametrize("jitter_ms", [0.0, 0.3, 1.0, 3.0])
def test_one_clock_is_never_taken_for_two(jitter_ms: float) -> None:
    clock = ClockSlave()
    for bpm in (60, 120, 240):
        for at_ns in sorted(pulses(bpm, jitter_ms=min(jitter_ms, 600 / bpm))):
            clock.hear(bytes((CLOCK,)), at_ns)
            assert not clock.is_two


def test_two_clocks_are_told_once_with_the_tempo_that_is_kept() -> None:
    transport = Transport(Settings(), 0)
    for at_ns in sorted([*pulses(100), *pulses(120, 0.003)]):
        transport.hear(bytes((CLOCK,)), at_ns)
    two = [line for line in transport.lines() if "two MIDI clocks" in line]
    assert two == ["two MIDI clocks come in: that of 100 bpm is kept; take one away, or name its port with --clock-in"]
