"""Ask the system for what a jam needs before a port is opened: to run in time, and open files. I/O process only."""

import os
import sys

from midi.errors import MachineError

FIFO_PRIORITY = 20
"""Modest: audio servers and DAWs ask for more."""
OPEN_FILES = 64
"""Files, pipes and sockets open at once: 15 with one pair of ports on JACK, 33 with four, 18 with `--jack-exact`; an
engine that is replaced needs as many again for a moment."""


def ask_for_real_time() -> str | None:
    """Real-time scheduling for this process, not for those it starts; None if granted, else why not and what to do.

    The loop sleeps between messages and never spins for more than 0.3 ms, so it cannot starve the machine.
    """
    if sys.platform != "linux":
        return None  # macOS and Windows raise a program that plays on their own
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(FIFO_PRIORITY))
    except OSError:
        return "no real-time priority: on a busy machine notes may be late (antiphon doctor tells how to allow it)"
    return None


def check_open_files() -> None:
    """Raise this process' own limit on open files as far as it is needed and may be raised.

    Raises:
        MachineError: it may not be raised so far.
    """
    if sys.platform == "win32":  # it has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        if hard != resource.RLIM_INFINITY and hard < OPEN_FILES:
            raise MachineError(
                f"this process may have {hard} files open at once, and a jam needs {OPEN_FILES}: ulimit -n {OPEN_FILES}"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
