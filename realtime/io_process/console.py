"""Lines typed while playing: a parameter and its value, or an action. I/O process; a thread reads, nobody waits."""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TextIO

from realtime.io_process.actions import ACTIONS
from realtime.parameters import Parameter
from realtime.settings import FOLLOW_ALL, FOLLOWED, PARAMETERS, Settings, value_of

HELP = ("?", "help")
HINT = "type a parameter and its value (temperature 1.1), or ? for all of them"


class Change(NamedTuple):
    """A parameter and its value as typed; `voice`: whose, from 1, or None: everybody's."""

    name: str
    text: str
    voice: int | None = None


class Action(NamedTuple):
    """One of ACTIONS, and when it was typed (ns); `voice`: whose, from 1, or None: everybody's."""

    name: str
    at_ns: int
    voice: int | None = None


class Console:
    """Lines of a terminal or a pipe, as changes of parameters and actions."""

    def __init__(self, lines: TextIO, say: Callable[[str], None]) -> None:
        """Begin to read in a thread that ends with the process, or with the lines."""
        self._say = say
        self._typed: queue.SimpleQueue[tuple[int, str]] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(lines,), name="console", daemon=True).start()

    @classmethod
    def of_terminal(cls, say: Callable[[str], None]) -> "Console | None":
        """The one this process was started from; None: there is none, or it belongs to somebody else.

        A process in the background that reads its terminal is stopped by the system: it is not asked.
        """
        if sys.stdin is None or sys.stdin.closed:
            return None
        if hasattr(signal, "SIGTTIN"):
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # put into the background later: reading fails instead
        if sys.stdin.isatty() and hasattr(os, "tcgetpgrp") and os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp():
            return None
        return cls(sys.stdin, say)

    def _read(self, lines: TextIO) -> None:
        try:
            for line in lines:
                self._typed.put((time.monotonic_ns(), line.strip()))
        except (OSError, ValueError):  # the terminal has gone, or these bytes are no text
            return

    def poll(self, settings: Sequence[Settings]) -> list[Change | Action]:
        """Changes and actions asked for since the last call; never blocks. Help is given at once.

        `settings`: those of each voice.
        """
        typed: list[Change | Action] = []
        while not self._typed.empty():
            at_ns, whole = self._typed.get()
            voice, line = _addressed(whole)
            name, _, text = line.replace("=", " ", 1).lstrip("-").partition(" ")
            shown = settings[voice - 1 if voice and voice <= len(settings) else 0]
            if name in HELP:
                for row in PARAMETERS.values():
                    self._say(told(row, shown))
                for action, meaning in ACTIONS.items():
                    self._say(f"{action}: {meaning}")
            elif name in ACTIONS:
                typed.append(Action(name, at_ns, voice))
            elif name == FOLLOW_ALL:
                typed += [Change(one, text.strip(), voice) for one in FOLLOWED]
            elif name in PARAMETERS and not text.strip():
                self._say(told(PARAMETERS[name], shown))
            elif name:
                typed.append(Change(name, text.strip(), voice))
        return typed


def _addressed(line: str) -> tuple[int | None, str]:
    """The voice whose number begins a line, if one does, and the rest of the line."""
    number, _, rest = line.partition(" ")
    return (int(number), rest.strip()) if number.isdecimal() else (None, line)


def told(row: Parameter, settings: Settings) -> str:
    """A parameter, its value, and what it takes."""
    value = row.text(value_of(settings, row))
    fixed = "" if row.live else "; fixed while playing"
    return f"{row.name} {value}{f' {row.unit}' if row.unit else ''}  ({row.range}{fixed}): {row.meaning}"
