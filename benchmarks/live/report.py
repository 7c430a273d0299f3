"""The parts of `python -m benchmarks.live` in turn, on one stage."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.live.hours import hours_lines
from benchmarks.live.jack_server import RATE
from benchmarks.live.latency import latency
from benchmarks.live.measures import deliveries, lateness
from benchmarks.live.stage import stage


def live_lines(model: Path, period: int, seconds: float, hours: float) -> Iterator[str]:
    """Measure for so many seconds a part, and simulate so many hours; yields lines to print.

    Raises:
        MachineError: there is no JACK server to be had, or a process of the bench or the daemon does not start.
    """
    with stage(period) as on_stage:
        yield f"jackd's dummy driver, {period} frames a period at {RATE / 1000:g} kHz: {period / RATE * 1000:.1f} ms"
        for part in (latency, lateness, deliveries):
            yield ""
            yield from part(on_stage, model, seconds)
    if hours:
        yield ""
        yield from hours_lines(model, hours)
