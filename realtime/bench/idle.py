"""The daemon with nobody at it: both processes, no ports. `antiphon bench` watches it; not for playing.

Run as `python -m realtime.bench.idle MODEL_FOLDER`; says `ready` when the model is warm, and ends on SIGTERM.
"""

import signal
import sys
from pathlib import Path

from midi.arrivals import Arrived
from realtime.live.clock import MonotonicClock
from realtime.live.loop import LiveLoop
from realtime.live.open_ports import OpenPorts
from realtime.live.supervisor import Supervisor
from realtime.session.session import Session
from realtime.settings import Settings


class Silence:
    """An input that never hears anything, and an output that swallows everything."""

    name = "silence"
    lead_ns = 0

    def poll(self) -> list[Arrived]:
        """Nothing."""
        return []

    def send(self, message: bytes, due_ns: int) -> None:
        """Gone."""


def main(folder: Path) -> None:
    """Idle until SIGTERM."""
    nobody = Silence()
    clock = MonotonicClock()
    ports = OpenPorts((nobody,), (nobody,))
    performance = LiveLoop(clock, Session((Settings(),), clock.now_ns()), ports, Supervisor(folder, "cpu"))

    def end(*_: object) -> None:
        performance.stopping = True

    signal.signal(signal.SIGTERM, end)
    performance.start()
    print("ready", flush=True)
    performance.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
