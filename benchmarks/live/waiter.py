"""A program that only waits, as the daemon's I/O process does: how late it wakes is the machine's doing, not ours.

Run as `python -m benchmarks.live.waiter FILE SECONDS`; writes into FILE how late it was each time, in ns.
"""

import gc
import sys
import time
from pathlib import Path

from midi.atomic_file import replacing
from midi.nanoseconds import NS_PER_S
from realtime.live.loop import SPIN_NS
from realtime.live.priority import ask_for_real_time

EVERY_NS = 10_000_000


def main(path: Path, seconds: float) -> None:
    """Wait for one moment after the other: asleep, then awake for the last stretch."""
    ask_for_real_time()
    gc.disable()
    late: list[int] = []
    due_ns = time.monotonic_ns()
    for _ in range(round(seconds * NS_PER_S / EVERY_NS)):
        due_ns += EVERY_NS
        time.sleep(max(0, due_ns - SPIN_NS - time.monotonic_ns()) / NS_PER_S)
        while (now_ns := time.monotonic_ns()) < due_ns:
            pass
        late.append(now_ns - due_ns)
    with replacing(path) as partial:
        partial.write_text("".join(f"{ns}\n" for ns in late), encoding="ascii")


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
