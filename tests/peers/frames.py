"""jackd2's jack_midi_dump: a receiver that stamps every message with its frame, exact to a sample (21 us).

`tests.peers.receiver` hears with the clock of a program that polls, once a JACK period: right for what a musician's
program sees, too coarse to judge a grid by. Pulses and notes that are to be compared go into this one port.
"""

import re

from tests.peers.jackd import RATE, JackServer, JackTool
from tests.peers.program import need
from tests.peers.receiver import Heard

_LINE = re.compile(r"^\s*(\d+):((?: [0-9a-f]{2})+)")


class FrameReceiver(JackTool):
    """The receiver, seen from the test. Its JACK port is `<name>:input`."""

    def __init__(self, server: JackServer, name: str = "frames") -> None:
        """Start it and wait for its port."""
        need("jack_midi_dump")
        super().__init__(["stdbuf", "-oL", "jack_midi_dump", "-a", name], server.environment)
        self.port = f"{name}:input"
        server.wait_for_port(self.port)

    @property
    def heard(self) -> list[Heard]:
        """Every message so far; `at_ns` is the frame in ns since the receiver's start, not the monotonic clock."""
        found = [_LINE.match(line.text) for line in self.lines]
        return [Heard(round(int(one[1]) * 1e9 / RATE), bytes.fromhex(one[2])) for one in found if one]
