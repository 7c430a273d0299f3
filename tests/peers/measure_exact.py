"""How far from their times notes arrive: `--jack-exact` beside RtMidi's port, in one run, for three JACK periods.

    python -m tests.peers.measure_exact [seconds a period] [busy processes]

Both outputs play the same 10 ms grid into one ear, which knows each message's frame. The error is the frame's time
minus the note's; a port that is late by the same amount each time is exact too, so the spread is given as well.
"""

import os
import subprocess
import sys
import time
from contextlib import ExitStack

from midi.apis import open_api
from midi.ports import OutPort
from realtime.live.exact import JackExact
from realtime.live.priority import ask_for_real_time
from tests.peers import jackd
from tests.peers.ear import Ear
from tests.peers.grid import Spread

STEP_NS = 10_000_000
PERIODS = (64, 128, 256)
EXACT, RTMIDI = 0, 1
BUSY = "while True: sum(range(1000))"


def measured(server: jackd.JackServer, seconds: float) -> dict[str, list[float]]:
    """Errors in ns of both outputs."""
    with ExitStack() as stack:
        ear = stack.enter_context(Ear())
        exact = stack.enter_context(JackExact.open(open_api("jack"), ear.port, "exact"))
        plain = stack.enter_context(OutPort.virtual(open_api("jack"), "plain"))
        server.connect("plain:plain", ear.port)
        begin = time.monotonic_ns() + 300_000_000
        due = [begin + index * STEP_NS for index in range(round(seconds * 1e9 / STEP_NS))]
        handing = sorted(
            [(at - exact.lead_ns, EXACT, index) for index, at in enumerate(due)]
            + [(at, RTMIDI, index) for index, at in enumerate(due)]
        )
        worst_ns = 0
        for at_ns, which, index in handing:
            while (ahead := at_ns - time.monotonic_ns()) > 0:
                time.sleep(max(0, ahead - 300_000) / 1e9)
            worst_ns = max(worst_ns, -ahead)
            message = bytes((0x90 | which, index % 128, 1 + index // 128 % 127))
            if which == EXACT:
                exact.send(message, due[index])
            else:
                plain.send(message)
        heard = ear.wait_for(2 * len(due))
        exact.close()
    print(f"  {len(heard)} of {2 * len(due)} arrived; handed over at worst {worst_ns / 1e6:.3f} ms after the plan")
    errors: dict[str, list[float]] = {}
    for which, name in ((EXACT, "--jack-exact"), (RTMIDI, "RtMidi")):
        came = [one.at_ns for one in heard if one.message[0] & 0x0F == which]
        errors[name] = [at - meant for at, meant in zip(came, due, strict=True)]
    return errors


def _told(spread: Spread) -> str:
    return f"p50 {spread.p50_ms:.3f}  p99 {spread.p99_ms:.3f}  max {spread.max_ms:.3f} ms"


def main(seconds: float, busy: int) -> None:
    """Print the table."""
    print(f"real-time priority of the sending loop: {ask_for_real_time() or 'granted'}; {busy} busy processes")
    others = [subprocess.Popen(["nice", "-n", "0", sys.executable, "-c", BUSY]) for _ in range(busy)]
    try:
        for period in PERIODS:
            with jackd.JackServer(period) as server:
                os.environ.update(server.environment)
                print(f"period {period} ({period / 48:.1f} ms), {seconds:g} s")
                for name, errors in measured(server, seconds).items():
                    spread = Spread.of(errors)
                    around = Spread.of([error - spread.median_ms * 1e6 for error in errors])
                    print(f"  {name:<13} {_told(spread)}   around its median {_told(around)}")
    finally:
        for other in others:
            other.kill()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20.0, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
