"""Ask the system to run this process when its time comes, whatever else is busy. Both processes."""

import os
import sys

IO_PRIORITY = 20
"""Modest: audio servers and DAWs ask for more."""
ENGINE_PRIORITY = 5
"""Above all that is not real-time, for a human note is to be answered at once; below who plays, hears and sends."""


def ask_for_real_time(priority: int = IO_PRIORITY) -> str | None:
    """Real-time scheduling for this process, not for those it starts; None if granted, else why not and what to do.

    The loop sleeps between messages and never spins for more than 0.3 ms, so it cannot starve the machine; the engine
    is busy for some ms at a time, and is replaced by the loop if it hangs.
    """
    if sys.platform != "linux":
        return None  # macOS and Windows raise a program that plays on their own
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(priority))
    except OSError:
        return "no real-time priority: on a busy machine notes may be late (antiphon doctor tells how to allow it)"
    return None
