"""The listener of a live bench: stamps every message that the daemon sends, and what the musician sends, beside it.

Run as `python -m benchmarks.live.listener`, once the musician is ready; says `ready`. Each line of stdin is a path,
where what was heard since the last is written. Ends with stdin. On python-rtmidi itself, as the musician is.
"""

import gc
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any

import rtmidi

from benchmarks.live import musician
from benchmarks.live.scores import beside_of, save
from realtime.live.priority import ask_for_real_time
from realtime.timed import Timed

NAME = "bench listener"
PORT = f"{NAME}:{NAME}"
QUEUE_MESSAGES = 200_000
"""Messages that a port holds until it is looked at."""
LOOK_S = 0.0002
"""The time between two looks at both ports: a stamp is so much late at most, but for what the system adds."""


def _open(name: str) -> Any:
    port = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name=name, queue_size_limit=QUEUE_MESSAGES)
    port.ignore_types(sysex=False, timing=False, active_sense=False)
    return port


def _asked(asked: "queue.SimpleQueue[Path | None]") -> None:
    for line in sys.stdin:
        asked.put(Path(line.rstrip("\n")))
    asked.put(None)


def _take(port: Any, into: list[Timed]) -> None:
    while received := port.get_message():
        into.append(Timed(time.monotonic_ns(), bytes(received[0])))


def _listen(played: Any, beside: Any) -> None:
    """Look at both ports until stdin ends."""
    asked: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
    threading.Thread(target=_asked, args=(asked,), daemon=True).start()
    from_daemon: list[Timed] = []
    from_musician: list[Timed] = []
    while True:
        _take(played, from_daemon)
        _take(beside, from_musician)
        if not asked.empty():
            path = asked.get()
            if path is None:
                return
            save(beside_of(path), from_musician)
            save(path, from_daemon)
            from_daemon, from_musician = [], []
        time.sleep(LOOK_S)


def main() -> None:
    """Open the two ports and listen."""
    ask_for_real_time()
    gc.disable()
    played, beside = _open(NAME), _open(f"{NAME} beside")
    played.open_virtual_port(NAME)
    try:
        beside.open_port(beside.get_ports().index(musician.PORT), "beside")
        print("ready", flush=True)
        _listen(played, beside)
    finally:
        for port in (played, beside):
            port.close_port()
            port.delete()


if __name__ == "__main__":
    main()
