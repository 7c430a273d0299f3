"""Ask the system to run this process when its time comes, whatever else is busy. I/O process only."""

import os
import sys

FIFO_PRIORITY = 20
"""Modest: audio servers and DAWs ask for more."""


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
