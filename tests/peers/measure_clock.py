"""How exactly the daemon keeps somebody else's time, and gives its own: for three JACK periods.

    python -m tests.peers.measure_clock [seconds a tempo] [seconds of our own clock]

jack_midi_clock gives 90 bpm, then 140 in the middle, and the daemon plays a solo to it; every onset's error is that
against the grid of the clock's own pulses, both stamped with their frames by one receiver. Pulses, which are on their
frames, have no error; onsets leave at the beginning of a period, so up to one is the port's own. A line through the
pulses around is the grid. What lies within SETTLING beats of the start or of the change of tempo is told apart, and
there the two neighbouring pulses are the grid. So is what lies within a beat or two of where the dummy driver left
frames out, because the machine was late: from there on every pulse is late in real time, which nobody can know before.

Then `--clock-out` is judged: mean tempo, and each pulse's distance from the straight line through all. jack_mclk_dump
counts frames; ears say the same of the frames' own times. In the same minutes the clock of another daemon that sends
it at its frames is heard, and one of a program that does nothing but send it: what that has as well is the machine's.
"""

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise

from tests.peers import jackd
from tests.peers.clock import Clock, ClockJudge, steadiness
from tests.peers.daemon import Daemon
from tests.peers.ear import Ear
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, Spread, numbered
from tests.peers.pulses import PPQN, PULSE
from tests.peers.sender import Sender

PERIODS = (64, 128, 256)
TEMPI = (90.0, 140.0)
OURS = 96.0
SETTLING = 4
"""Beats that a change of tempo may take to settle."""
LEFT_OUT_NS = 1_000_000
"""Frames were left out where, within a beat, the pulses' own times went on by so much more than their frames."""
IN, OUT, CLOCK = "Antiphon in:Antiphon in", "Antiphon out:Antiphon out", "Antiphon clock:Antiphon clock"
EXACT_CLOCK = "Antiphon clock 2:Antiphon clock 2"
"""That of the second daemon."""


@dataclass(frozen=True, slots=True)
class Followed:
    """The errors of onsets against a clock's grid, told apart by where they lie."""

    steady: Spread
    changing: Spread
    """Within SETTLING beats of the start and of the change of tempo."""
    beside: Spread
    """Where the driver left frames out."""
    left_out_ms: float
    """How much it left out in all."""


def followed(server: jackd.JackServer, seconds: float, *flags: str) -> Followed:
    """The daemon's onsets against the grid of jack_midi_clock."""
    with ExitStack() as stack:
        os.environ.update(server.environment)  # the ear takes it from here
        playing = Daemon("--no-save", "--sync", "clock", "--mode", "solo", *flags, environment=server.environment)
        stack.callback(playing.stop)
        playing.wait_ready()
        clock = stack.enter_context(Clock(server, TEMPI[0]))
        frames, ear = stack.enter_context(FrameReceiver(server)), stack.enter_context(Ear())
        server.connect(clock.port, IN)
        server.connect(OUT, frames.port)
        for sink in (frames, ear):
            server.connect(clock.port, sink.port)
        for tempo in TEMPI:
            clock.tempo(tempo)
            clock.roll()
            time.sleep(seconds)
        clock.halt()
        time.sleep(0.5)
        heard, times = frames.heard, [one.at_ns for one in ear.heard if one.message == PULSE]
    return told_apart(numbered(heard), times, [one.at_ns for one in heard if one.is_on])


def told_apart(pulses: list[tuple[int, int]], times: list[int], onsets: list[int]) -> Followed:
    """Sort the onsets. Those, and the pulses, are stamped in frames; `times` are the pulses' own on a real clock."""
    moments = [at for _, at in pulses]
    shortest = 30e9 / PPQN * (1 / TEMPI[0] + 1 / TEMPI[1])  # ns: half way between the pulses of the two tempi
    change = next(index for index, (one, other) in enumerate(pairwise(moments)) if other - one < shortest)
    changes = [(moments[max(at - PPQN, 0)], moments[at + SETTLING * PPQN]) for at in (0, change)]
    apart = [real - at for real, at in zip(times, moments, strict=True)]
    # The server's idea of a frame's time follows with some delay: what shows within a beat may be of the one before.
    late = [index for index in range(PPQN, len(apart)) if apart[index] - apart[index - PPQN] > LEFT_OUT_NS]
    gaps = [(moments[max(index - 2 * PPQN, 0)], moments[index]) for index in late]
    changing = [at for at in onsets if _is_in(at, changes)]
    beside = [at for at in onsets if _is_in(at, gaps) and at not in changing]
    steady = [at for at in onsets if at not in changing and at not in beside]
    grid, near = Grid(pulses), Grid(pulses, window=2)
    return Followed(
        Spread.of(grid.errors(steady)),
        Spread.of(near.errors(changing)),
        Spread.of(grid.errors(beside)),
        (apart[-1] - apart[0]) / 1e6,
    )


def _is_in(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(begin <= at <= end for begin, end in spans)


def given(server: jackd.JackServer, seconds: float) -> list[str]:
    """What is said of our clock, of one at its frames, and of a bare one, in the same run."""
    pulses = [(60.0 / (OURS * PPQN) * number, PULSE) for number in range(round(seconds * OURS * PPQN / 60))]
    with ExitStack() as stack:
        os.environ.update(server.environment)  # ears and the bare sender take them from here
        for flags in ((), ("--jack-exact",)):
            playing = Daemon("--no-save", "--bpm", f"{OURS:g}", "--clock-out", *flags, environment=server.environment)
            stack.callback(playing.stop)
            playing.wait_ready()
        judge = stack.enter_context(ClockJudge(server))
        bare = stack.enter_context(Sender("sender"))
        server.connect(CLOCK, judge.port)
        ears = {}
        for name, port in (("ours", CLOCK), ("at its frames", EXACT_CLOCK), ("bare", bare.port)):
            ears[name] = stack.enter_context(Ear(name.replace(" ", "-")))
            server.connect(port, ears[name].port)
        bare.play(pulses, seconds + 30.0)
        frames = judge.pulses
        heard = {name: [one.at_ns for one in ear.heard if one.message == PULSE] for name, ear in ears.items()}
    lines = [f"{name}: {_judged([round(at * jackd.RATE / 1e9) for at in moments])}" for name, moments in heard.items()]
    return [f"ours, in frames: {_judged(frames)}", *lines]


def _judged(frames: list[int]) -> str:
    found = steadiness(frames)
    drift = 100 * (found.bpm / OURS - 1)
    return f"{found.bpm:.4f} bpm of {OURS:g} ({drift:+.4f} %); pulses: {_told(found.jitter)}"


def _told(spread: Spread) -> str:
    return f"{spread.count}, p50 {spread.p50_ms:.3f}, p99 {spread.p99_ms:.3f}, worst {spread.max_ms:.3f} ms"


def main(seconds: float, ours: float) -> None:
    """Print the tables."""
    for period in PERIODS:
        with jackd.JackServer(period) as server:
            for flags in ((), ("--jack-exact",)):
                name = f"period {period} ({period / 48:.1f} ms) {' '.join(flags):<12}"
                found = followed(server, seconds, *flags)
                print(f"{name} steady: {_told(found.steady)}\n{name} around the change: {_told(found.changing)}")
                print(f"{name} where the driver left out {found.left_out_ms:.1f} ms: {_told(found.beside)}", flush=True)
    with jackd.JackServer() as server:
        print(f"our clock, period 128, {ours:g} s", *given(server, ours), sep="\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 15.0, float(sys.argv[2]) if len(sys.argv) > 2 else 300.0)
