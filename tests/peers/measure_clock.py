"""How exactly the daemon keeps somebody else's time, and gives its own: for three JACK periods.

    python -m tests.peers.measure_clock [seconds a tempo] [seconds of our own clock]

jack_midi_clock gives 90 bpm, then 140 in the middle, and the daemon plays a solo to it; every onset's error is that
against the grid of the clock's own pulses, both stamped with their frames by one receiver. Pulses, which are on their
frames, have no error; onsets leave at the beginning of a period, so up to one is the port's own. The two beats after
the change of tempo count as well. Then jack_mclk_dump judges `--clock-out`: mean tempo, and each pulse's distance from
the straight line through all.
"""

import sys
import time
import uuid
from contextlib import ExitStack

from tests.peers import jackd
from tests.peers.clock import Clock, ClockJudge, steadiness
from tests.peers.daemon import Daemon
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, Spread, numbered

PERIODS = (64, 128, 256)
TEMPI = (90.0, 140.0)
OURS = 96.0
IN, OUT, CLOCK = "Antiphon in:Antiphon in", "Antiphon out:Antiphon out", "Antiphon clock:Antiphon clock"


def followed(server: jackd.JackServer, seconds: float, *flags: str) -> Spread:
    """The daemon's onsets against the clock's grid."""
    with ExitStack() as stack:
        playing = Daemon("--no-save", "--sync", "clock", "--mode", "solo", *flags, environment=server.environment)
        stack.callback(playing.stop)
        playing.wait_ready()
        clock = stack.enter_context(Clock(server, TEMPI[0]))
        frames = stack.enter_context(FrameReceiver(server))
        server.connect(clock.port, IN)
        for source in (clock.port, OUT):
            server.connect(source, frames.port)
        for tempo in TEMPI:
            clock.tempo(tempo)
            clock.roll()
            time.sleep(seconds)
        clock.halt()
        time.sleep(0.5)
        heard = frames.heard
    return Spread.of(Grid(numbered(heard)).errors([one.at_ns for one in heard if one.is_on]))


def given(server: jackd.JackServer, seconds: float) -> str:
    """What the judge says of our clock."""
    with ExitStack() as stack:
        playing = Daemon("--no-save", "--bpm", f"{OURS:g}", "--clock-out", environment=server.environment)
        stack.callback(playing.stop)
        playing.wait_ready()
        judge = stack.enter_context(ClockJudge(server))
        server.connect(CLOCK, judge.port)
        time.sleep(seconds)
        found = steadiness(judge.pulses)
    drift = 100 * (found.bpm / OURS - 1)
    return f"{found.bpm:.4f} bpm of {OURS:g} ({drift:+.4f} %); pulses: {_told(found.jitter)}"


def _told(spread: Spread) -> str:
    return f"{spread.count}, p50 {spread.p50_ms:.3f}, p99 {spread.p99_ms:.3f}, worst {spread.max_ms:.3f} ms"


def main(seconds: float, ours: float) -> None:
    """Print the tables."""
    for period in PERIODS:
        jackd.PERIOD = period  # read when a server starts
        with jackd.JackServer(f"clock-{uuid.uuid4().hex[:8]}") as server:
            for flags in ((), ("--jack-exact",)):
                spread = followed(server, seconds, *flags)
                print(
                    f"period {period} ({period / 48:.1f} ms) {' '.join(flags):<12} onsets: {_told(spread)}", flush=True
                )
    jackd.PERIOD = 128
    with jackd.JackServer(f"clock-{uuid.uuid4().hex[:8]}") as server:
        print(f"our clock, period 128, {ours:g} s: {given(server, ours)}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 15.0, float(sys.argv[2]) if len(sys.argv) > 2 else 300.0)
