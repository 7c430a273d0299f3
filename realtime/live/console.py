"""Lines typed while playing: a parameter and its value, or an action. I/O process; a thread reads, nobody waits."""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NamedTuple, Protocol

from realtime.parameters import Parameter
from realtime.session.actions import ACTIONS
from realtime.settings import FOLLOW_ALL, FOLLOWED, PARAMETERS, Settings, value_of

HELP = ("?", "help")
HINT = "type a parameter and its value (temperature 1.1), or ? for all of them"

LINE_BYTES = 48
"""Of a typed line: longer than any parameter with its value, and short enough for messages.CHANGE_BYTES."""
MOST_LINES = 100
"""Lines that wait to be looked at; whoever types more, as a program can, is read no further meanwhile."""
LINES_AT_ONCE = 4
"""Lines looked at between two looks at the notes."""
CHUNK = 4096
NOTHING_S = 0.05


class Keys(Protocol):
    """What is typed, as bytes and without a buffer."""

    def read(self, size: int, /) -> bytes | None:
        """At most so many bytes, as soon as there are any; none at the end; None if there are none now."""


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

    def __init__(self, keys: Keys, say: Callable[[str], None]) -> None:
        """Begin to read in a thread that ends with the process, or with what is typed."""
        self._say = say
        self._typed: queue.Queue[tuple[int, bytes]] = queue.Queue(MOST_LINES)
        threading.Thread(target=self._read, args=(keys,), name="console", daemon=True).start()

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
        buffer = sys.stdin.buffer
        return cls(getattr(buffer, "raw", buffer), say)

    def _read(self, keys: Keys) -> None:
        rest = b""
        with suppress(OSError, ValueError):  # the terminal has gone, or was closed
            while (typed := keys.read(CHUNK)) != b"":
                if typed is None:  # it is set never to wait
                    time.sleep(NOTHING_S)
                    continue
                *lines, rest = (rest + typed).split(b"\n")
                rest = rest[: LINE_BYTES + 1]  # enough to know that it is too long
                for line in lines:
                    self._type(line)
        self._type(rest)

    def _type(self, line: bytes) -> None:
        """Have a line looked at; waits while many are, as only this thread may."""
        self._typed.put((time.monotonic_ns(), line.strip()[: LINE_BYTES + 1]))

    def poll(self, settings: Sequence[Settings]) -> list[Change | Action]:
        """Changes and actions asked for since the last call; never blocks. Help is given at once.

        `settings`: those of each voice.
        """
        typed: list[Change | Action] = []
        for _ in range(min(self._typed.qsize(), LINES_AT_ONCE)):
            at_ns, keys = self._typed.get()
            whole = keys.decode(errors="replace")
            if len(keys) > LINE_BYTES:
                self._say(f"a line of more than {LINE_BYTES} characters was typed ({whole[:16]!r}...): {HINT}")
                continue
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
