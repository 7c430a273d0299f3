"""MIDI clock by other people's hands: jack_midi_clock sends it, jack_mclk_dump judges it (package jack-midi-clock).

Both count in frames of the JACK server, so their times are exact to a sample (21 us), not to a period.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tests.peers.grid import Spread
from tests.peers.jackd import RATE, JackServer, JackTool
from tests.peers.program import Program, need
from tests.peers.pulses import CONTINUE, PPQN, PULSE, START, STOP

_CLOCK_LINE = re.compile(r"^CLK .*@ (\d+)")
_EVENT_LINE = re.compile(r"^EVENT \((0x\w\w)\) .*@ (\d+)")
_POSITION_LINE = re.compile(r"^POS \((0x\w+)\) .*@ (\d+)")


class Clock:
    """jack_midi_clock behind a JACK transport whose tempo can be set. Its port is `jack_midi_clock:mclk_out`."""

    port = "jack_midi_clock:mclk_out"

    def __init__(self, server: JackServer, bpm: float) -> None:
        """Start it, stopped at the song's start; jack_transport is the transport's timebase master."""
        need("jack_midi_clock")
        need("jack_transport")
        # -d 0: no two seconds between a song position and the continue that follows it.
        self._clock = JackTool(["jack_midi_clock", "-d", "0"], server.environment)
        self._transport = Program(["jack_transport"], server.environment)
        server.wait_for_port(self.port)
        self._transport.write("master")
        self.tempo(bpm)
        self.locate(0.0)

    def __enter__(self) -> "Clock":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tempo(self, bpm: float) -> None:
        """Go on at another tempo, from now; jack_transport counts the song's position as if it had always held."""
        self._transport.write(f"tempo {bpm}")

    def locate(self, seconds: float) -> None:
        """Set the transport to a moment of the song."""
        self._transport.write(f"locate {round(seconds * RATE)}")

    def roll(self) -> None:
        """Send start (at the song's start) or song position and continue (elsewhere), then pulses."""
        self._transport.write("play")

    def halt(self) -> None:
        """Send stop, and no more pulses."""
        self._transport.write("stop")

    def close(self) -> None:
        """End both programs."""
        self._clock.stop()
        self._transport.stop()


@dataclass(frozen=True, slots=True)
class Beat:
    """A system message that the judge took off the wire, and the server's frame of it."""

    frame: int
    message: bytes


class ClockJudge(JackTool):
    """jack_mclk_dump: writes down a clock. Its port is `jack_mclk_dump:mclk_in`."""

    port = "jack_mclk_dump:mclk_in"

    def __init__(self, server: JackServer) -> None:
        """Start it and wait for its port."""
        need("jack_mclk_dump")
        super().__init__(["stdbuf", "-oL", "jack_mclk_dump", "-n"], server.environment)
        server.wait_for_port(self.port)

    @property
    def beats(self) -> list[Beat]:
        """Every message so far."""
        return [beat for line in self.lines if (beat := _read(line.text)) is not None]

    @property
    def pulses(self) -> list[int]:
        """The frames of the pulses so far."""
        return [beat.frame for beat in self.beats if beat.message == PULSE]


def _read(line: str) -> Beat | None:
    if found := _CLOCK_LINE.match(line):
        return Beat(int(found[1]), PULSE)
    if found := _EVENT_LINE.match(line):
        return Beat(int(found[2]), {"0xfa": START, "0xfb": CONTINUE, "0xfc": STOP}[found[1]])
    if found := _POSITION_LINE.match(line):
        sixteenths = int(found[1], 16)
        return Beat(int(found[2]), bytes([0xF2, sixteenths & 0x7F, sixteenths >> 7]))
    return None


@dataclass(frozen=True, slots=True)
class Steadiness:
    """A clock's mean tempo, in quarters a minute, and how far its pulses lie from the evenly spaced line."""

    bpm: float
    jitter: Spread


def steadiness(frames: Sequence[int]) -> Steadiness:
    """Judge pulses that should be even: a straight line is fitted by least squares; jitter is the rest."""
    ticks = np.arange(len(frames), dtype=np.float64)
    times = np.asarray(frames, dtype=np.float64) - frames[0]
    slope, intercept = np.polyfit(ticks, times, 1)
    rest = (times - (slope * ticks + intercept)) * 1e9 / RATE
    return Steadiness(60.0 * RATE / (float(slope) * PPQN), Spread.of([float(one) for one in rest]))
