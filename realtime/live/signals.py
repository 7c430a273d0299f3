"""Signals while it plays. Each only raises a flag: the loop releases every note on its way out. I/O process."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from realtime.live.loop import LiveLoop

END_SIGNALS = (
    *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"),
    *("SIGUSR1", "SIGUSR2", "SIGALRM", "SIGABRT", "SIGXCPU"),
)
"""Signals that end a process unless they are answered first. Windows has but INT, TERM, ABRT and, alone, BREAK."""

_Handler = Callable[[int, FrameType | None], None] | signal.Handlers


def suspend_process() -> None:
    """Stop this process until somebody continues it."""
    os.kill(os.getpid(), signal.SIGSTOP)


@contextmanager
def flags_raised_by_signals(loop: LiveLoop) -> Iterator[None]:
    """While it plays, a signal to end sets `stopping`, one to suspend (Ctrl-Z) `suspending`.

    What was ignored before, as SIGHUP is under nohup, stays ignored. Main thread only.
    """

    def end(number: int, _: FrameType | None) -> None:
        loop.stopping = True
        signal.signal(number, signal.SIG_DFL)  # asked twice, it ends at once, whatever it is stuck in

    def suspend(*_: object) -> None:
        loop.suspending = True

    handlers: dict[str, _Handler] = {
        **dict.fromkeys(END_SIGNALS, end),
        "SIGTSTP": suspend,
        "SIGTTOU": signal.SIG_IGN,  # a terminal may stop who prints from the background (stty tostop)
    }
    there = {getattr(signal, name): handler for name, handler in handlers.items() if hasattr(signal, name)}
    wanted = [number for number in there if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, there[number]) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
