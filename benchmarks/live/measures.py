"""The lateness and the losses of messages. Each part yields lines to print."""

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import cpu_count
from pathlib import Path

from benchmarks.live import procfs
from benchmarks.live.accounts import ANSWER_FLAGS, answered, by_human, losses, pairs
from benchmarks.live.figures import HEADING, Limit, row
from benchmarks.live.human import distinct, melody
from benchmarks.live.stage import Stage, priority_words
from realtime.settings import SOLO

BUSY_S = (0.02, 0.03)
"""The distance between the human's notes where they are to keep the engine busy."""
BUSY = ("--mode", SOLO, "--bpm", "300", "--lookahead", "4000")
"""Many notes to play, and many more to plan anew at each of the human's."""
FLOOD, FLOOD_S = 2000, 60.0
"""Messages a second, and for how long at most."""
LATENESS = (Limit(0.5, 0.1), Limit(0.99, 0.5), Limit(0.999, 1.0))
ECHO_S = 4.0
"""The time in which the last messages still come."""


def lateness(stage: Stage, model: Path, seconds: float) -> Iterator[str]:
    """Measure how late the answer's messages are handed over: the engine busy, and the machine busy as well."""
    yield "Lateness of sent messages"
    yield HEADING
    for title, others in (("engine busy", 0), ("engine and machine busy", cpu_count() or 1)):
        score = melody(seconds, BUSY_S, _rng(), voices=2)
        with _burners(others), stage.jam(model, *BUSY, *ANSWER_FLAGS) as jam, stage.waiter(seconds) as waiter:
            before, began = procfs.cpu_seconds(jam.engine_pid), time.monotonic()
            stage.play(score, f"lateness, {title}")
            share = (procfs.cpu_seconds(jam.engine_pid) - before) / (time.monotonic() - began)
            jam.end()
            floor = waiter()
        stage.take()
        sent = [message for message in jam.sent if message.is_answer]
        known = [message.sent_ns - message.due_ns for message in sent if message.in_time]
        yield row(f"{title}: decided before they were due", known, *LATENESS)
        yield row(
            "  all, with those whose time had come when decided", [message.sent_ns - message.due_ns for message in sent]
        )
        yield row("  a program beside it that only waits: the machine's floor", floor)
        burners = f", {others} programs that do nothing but count" if others else ""
        yield f"  the engine used {share:.0%} of a core{burners}; {priority_words(jam.is_real_time)}"


def deliveries(stage: Stage, model: Path, seconds: float) -> Iterator[str]:
    """Whether messages are lost or doubled: a thousand at once, and two thousand a second."""
    yield "Messages through the daemon (--thru), counted at the listener"
    for title, rate, duration in (
        ("1000 at once", 0, 1.0),
        (f"{FLOOD} a second for {min(seconds, FLOOD_S):g} s", FLOOD, min(seconds, FLOOD_S)),
    ):
        with stage.jam(model, *ANSWER_FLAGS) as jam:
            stage.play(distinct(rate, duration), title)
            time.sleep(ECHO_S)
            kept = jam.kept_its_engine
            jam.end()
            take = stage.take()
        bare, through = losses(take.sent, take.beside), losses(take.sent, by_human(take.from_daemon))
        yield f"{title}: {through}   must 0 and 0: {'met' if through.none else 'MISSED'}"
        yield f"  beside it, on one cable without the daemon: {bare.lost} lost, {bare.doubled} doubled"
        answer = pairs(answered(take.from_daemon))
        engine = "the engine lived" if kept else "the engine had to be replaced"
        yield f"  the answer meanwhile: {answer}   must 0 and 0: {'met' if answer.all_match else 'MISSED'}; {engine}"


def _rng() -> random.Random:
    return random.Random(0)  # noqa: S311  # no secret depends on it


@contextmanager
def _burners(count: int) -> Iterator[None]:
    """Start so many programs that would take a whole core each, at normal priority."""
    burning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in burning:
            process.kill()
            process.wait()
