"""The musician of a live bench: plays scores into a JACK port of its own, and notes when it sent each message.

Run as `python -m benchmarks.live.musician`; says `ready`. Each line of stdin is the path of a score; what was sent
is written beside it when it is over. Ends with stdin. On python-rtmidi itself, so that the daemon's ports are judged
by something else.
"""

import gc
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import rtmidi

from benchmarks.live.scores import load, save, sent_of
from midi.nanoseconds import NS_PER_S
from realtime.live.priority import ask_for_real_time
from realtime.timed import Timed

NAME = "bench musician"
PORT = f"{NAME}:{NAME}"


def _play(port: Any, score: Sequence[Timed]) -> Iterator[Timed]:
    """Send each message at its time; yields it with the moment just before it was handed over."""
    began_ns = time.monotonic_ns()
    for at_ns, data in score:
        while (ahead_ns := began_ns + at_ns - time.monotonic_ns()) > 0:
            time.sleep(ahead_ns / NS_PER_S)
        sent_ns = time.monotonic_ns()
        port.send_message(data)
        yield Timed(sent_ns, data)


def main() -> None:
    """Play until stdin ends."""
    ask_for_real_time()
    gc.disable()  # a collection would hold up what is due
    port = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name=NAME)
    port.open_virtual_port(NAME)
    try:
        print("ready", flush=True)
        for line in sys.stdin:
            score = Path(line.rstrip("\n"))
            save(sent_of(score), list(_play(port, load(score))))
    finally:
        port.close_port()
        port.delete()


if __name__ == "__main__":
    main()
