"""A child process that runs one of our functions, from a fresh interpreter."""

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess

LEFT_TO_PARENT = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
"""Signals that reach all processes, from a terminal or a service manager: the I/O process says when to end."""


def start_child(name: str, target: Callable[..., None], *arguments: object) -> BaseProcess:
    """Start a function in a process of its own, which should begin with `leave_signals_to_parent`."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments, name=name, daemon=True)
    with _deaf_to_interrupts():
        process.start()
    return process


def leave_signals_to_parent() -> None:
    """Ignore what would end this process while its parent still has notes to end."""
    for name in LEFT_TO_PARENT:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """A child started meanwhile ignores Ctrl-C from its first instruction."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
