"""In time with others: jack_midi_clock gives it, jack_mclk_dump judges ours."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise

import pytest

from tests.live.conftest import IN, OUT
from tests.peers.attempts import best_of
from tests.peers.clock import Clock, ClockJudge
from tests.peers.daemon import Daemon
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, Spread, evenest, numbered
from tests.peers.jackd import PERIOD, RATE, JackServer
from tests.peers.program import wait_until

PERIOD_MS = 1000 * PERIOD / RATE
NOTES = 16
PULSES = 24 * 8
"""Eight beats."""
STRETCH = 24 * 2
"""Two beats, in which a machine that others use too may be expected to be on time."""


@pytest.mark.parametrize("bpm", [90.0, 140.0])
def test_a_solo_lies_on_the_grid_of_somebody_elses_clock_and_ends_with_it(
    jack: JackServer, closing: ExitStack, daemon: Callable[..., Daemon], tiny: str, bpm: float
) -> None:
    playing = daemon("--model", tiny, "--no-save", "--sync", "clock", "--mode", "solo")
    playing.wait_ready()
    clock = closing.enter_context(Clock(jack, bpm))
    frames = closing.enter_context(FrameReceiver(jack))
    jack.connect(clock.port, IN)
    for source in (clock.port, OUT):
        jack.connect(source, frames.port)

    def next_notes() -> Spread:
        begin = len(frames.heard)
        wait_until(lambda: sum(one.is_on for one in frames.heard[begin:]) >= NOTES, "notes")
        heard = frames.heard
        return Spread.of(Grid(numbered(heard)).errors([one.at_ns for one in heard[begin:] if one.is_on]))

    def is_in_time(spread: Spread) -> bool:
        # The percentiles beyond are for tests.peers.measure_clock.
        return spread.p50_ms <= PERIOD_MS + 1.0 and spread.max_ms < 60_000 / bpm / 24

    clock.roll()
    told = playing.wait_for_line(r"MIDI clock: [\d.]+ bpm")
    assert float(told.text.split()[-2]) == pytest.approx(bpm, rel=0.03)
    spread = best_of(next_notes, is_in_time)
    print(f"{bpm:g} bpm, period {PERIOD}: {spread}")
    assert is_in_time(spread)
    clock.halt()
    wait_until(lambda: _is_still(frames), "silence")
    assert playing.errors == ""


@pytest.mark.parametrize(("flags", "uneven_ms"), [((), PERIOD_MS), (("--jack-exact",), 0.5)])
def test_our_own_clock_is_steady_and_stops_at_the_end(
    jack: JackServer,
    closing: ExitStack,
    daemon: Callable[..., Daemon],
    tiny: str,
    flags: tuple[str, ...],
    uneven_ms: float,
) -> None:
    if flags:
        pytest.importorskip("jack", exc_type=ImportError)
    playing = daemon("--model", tiny, "--no-save", "--bpm", "96", "--clock-out", *flags)
    playing.wait_ready()
    judge = closing.enter_context(ClockJudge(jack))
    jack.connect("Antiphon clock:Antiphon clock", judge.port)

    def next_steps() -> Spread:
        """From pulse to pulse: over a longer time the dummy driver leaves frames out when the machine is late."""
        begin = len(judge.pulses)
        wait_until(lambda: len(judge.pulses) > begin + PULSES, "pulses")
        steps = [later - earlier for earlier, later in pairwise(judge.pulses[begin:])]
        return evenest([step * 1e9 / RATE - 60e9 / 96 / 24 for step in steps], STRETCH)

    # Pulses that leave at the edges of periods are 24 or 26.67 ms apart instead of 26.04.
    steps = best_of(next_steps, lambda spread: spread.max_ms <= uneven_ms)
    print(f"our clock at 96 bpm, period {PERIOD} {' '.join(flags)}: {steps}")
    assert steps.max_ms <= uneven_ms
    playing.signal(signal.SIGINT)
    assert playing.wait() == 0
    wait_until(lambda: judge.beats[-1].message == b"\xfc", "the stop")


def _is_still(frames: FrameReceiver) -> bool:
    heard = frames.heard
    return sum(one.is_on for one in heard) == sum(one.is_off for one in heard)
