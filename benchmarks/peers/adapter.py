"""A system's own end of the run: its process says what it is, then decides as many notes as it is asked to.

On stdin comes one JSON line a round, the seconds to wait before each note: `[0.0, 0.1]`. On stdout goes one JSON line
when the system is ready, `{"name": .., "what": ..}`, and one a round, the seconds that each note took. What the system
itself prints goes to stderr. Imports nothing but the standard library: it runs in other systems' environments.
"""

import io
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def serve(prepare: Callable[[], tuple[str, str, Callable[[Sequence[float]], list[float]]]]) -> None:
    """Answer rounds until stdin ends; `prepare` gives a name, what is measured in one line, and what plays a round."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # systems like to talk
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # in order with its errors: its last words are told
    name, what, play = prepare()
    print(json.dumps({"name": name, "what": what}), file=answers)
    for line in sys.stdin:
        seconds = play(json.loads(line))
        print(json.dumps({"seconds": seconds, "peak_mb": peak_mb()}), file=answers)


def each(decide: Callable[[], object]) -> Callable[[Sequence[float]], list[float]]:
    """A round of a system that decides one note a call: waits as told before each, and times the call alone."""

    def play(pauses: Sequence[float]) -> list[float]:
        seconds = []
        for pause in pauses:
            wait(pause)
            began = time.perf_counter()
            decide()
            seconds.append(time.perf_counter() - began)
        return seconds

    return play


def wait(seconds: float) -> None:
    """Let so many seconds of silence pass; none at all leaves the processor to whom it belongs."""
    if seconds:
        time.sleep(seconds)


def peak_mb() -> float:
    """The most memory this process ever had resident, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
