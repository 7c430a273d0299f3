"""A program that sends more MIDI than anybody plays: notes, controllers and bends, so many messages a second."""

import sys
import time
from collections import deque
from collections.abc import Iterator

from tests.peers.program import PATIENCE_S, Program
from tests.peers.sender import open_output

MS_DOWN = 20
"""Every key comes up so many milliseconds after it was struck."""


class Flood(Program):
    """The sender, seen from the test. Its JACK port is `<name>:out`."""

    def __init__(self, name: str = "flood") -> None:
        """Start it and wait until its port is open."""
        super().__init__([sys.executable, "-m", __name__, name])
        self.port = f"{name}:out"
        self._begun, self._seconds = 0, 0.0
        self.wait_for_line("^ready$")

    def start(self, seconds: float, per_second: int = 10_000) -> None:
        """Begin to send; returns at once."""
        self._begun, self._seconds = len(self.lines), seconds
        self.write(f"{seconds} {per_second}")

    def finish(self) -> tuple[int, int, float]:
        """Wait until it is over; messages and note-ons that were sent, and the seconds it took."""
        lines = self.wait_for_count(self._begun + 1, self._seconds + PATIENCE_S)[self._begun :]
        assert lines, f"the flood has not ended; stderr: {self.errors}"
        count, ons, took = lines[0].text.split()[1:]
        return int(count), int(ons), float(took)


def messages() -> Iterator[bytes]:
    """Without end: of ten messages four strike a key and four let one go, one is a controller's and one a bend."""
    down: deque[int] = deque()
    step = 0
    while True:
        for _ in range(4):
            step += 1
            down.append(21 + (37 * step) % 88)
            yield bytes((0x90, down[-1], 1 + step % 127))
        for _ in range(4 if len(down) > 4 * MS_DOWN else 0):
            yield bytes((0x80, down.popleft(), 0))
        yield bytes((0xB0, 64 if step % 8 else 1, 127 * (step // 8 % 2)))
        yield bytes((0xE0, step % 128, step // 128 % 128))


def _serve(name: str) -> None:
    """The child: each line of stdin is a flood, each flood is answered with a line once every key is up again."""
    with open_output(name) as port:
        for line in sys.stdin:
            seconds, per_second = line.split()
            print("sent", *_flood(port.send_message, float(seconds), int(per_second)), flush=True)


def _flood(send: object, seconds: float, per_second: int) -> tuple[int, int, float]:
    assert callable(send)
    stream = messages()
    began = time.monotonic()
    count = ons = 0
    while (passed := time.monotonic() - began) < seconds:
        while count < passed * per_second:
            message = next(stream)
            send(message)
            ons += message[0] == 0x90
            count += 1
        time.sleep(0.001)
    for message in (*(bytes((0x80, pitch, 0)) for pitch in range(21, 109)), bytes((0xB0, 64, 0))):
        send(message)
        time.sleep(0.001)
    return count, ons, passed


if __name__ == "__main__":
    _serve(sys.argv[1])
