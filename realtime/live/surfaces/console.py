"""Lines typed while playing: a parameter and its value, or an action. I/O process; a thread reads, nobody waits."""

import os
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Protocol

from midi.errors import InputError
from realtime.live.printer import Printer
from realtime.parameters import Parameter
from realtime.session.controls import ACTIONS, Action, Controls, Request, parse_changes
from realtime.session.journal import Entry, Notice
from realtime.settings import PARAMETERS, Settings, value_of

HELP = ("?", "help")
HINT = "type a parameter and its value (temperature 1.1), or ? for all of them"

LINE_BYTES = 48
"""The most that a typed line may have: longer than any parameter with its value."""
MOST_LINES = 100
"""Lines that wait to be looked at; whoever types more, as a program can, is read no further meanwhile."""
LINES_AT_ONCE = 4
"""Lines looked at between two looks at the notes."""
CHUNK = 4096
NOTHING_S = 0.05


class Keys(Protocol):
    """A source of what is typed, as bytes and without a buffer."""

    def read(self, size: int, /) -> bytes | None:
        """At most so many bytes, as soon as there are any; none at the end; None if there are none now."""


def terminal_keys() -> Keys | None:
    """The terminal or pipe this process was started from; None: there is none, or it belongs to somebody else.

    A process in the background that reads its terminal is stopped by the system: it is not asked.
    """
    if sys.stdin is None or sys.stdin.closed:
        return None
    if hasattr(signal, "SIGTTIN"):
        signal.signal(signal.SIGTTIN, signal.SIG_IGN)  # put into the background later: reading fails instead
    if sys.stdin.isatty() and hasattr(os, "tcgetpgrp") and os.tcgetpgrp(sys.stdin.fileno()) != os.getpgrp():
        return None
    buffer = sys.stdin.buffer
    keys: Keys = getattr(buffer, "raw", buffer)
    return keys


class Console:
    """Lines of a terminal or a pipe, as changes of parameters and actions; notices are shown as lines."""

    def __init__(self, lines: Printer, controls: Controls) -> None:
        """Show lines; nothing is read yet. `controls`: the values to show where one is asked for."""
        self._lines = lines
        self._controls = controls
        self._typed: queue.Queue[tuple[int, bytes]] = queue.Queue(MOST_LINES)

    def read(self, keys: Keys) -> None:
        """Begin to read, in a thread that ends with the process, or with what is typed."""
        threading.Thread(target=self._read, args=(keys,), name="console", daemon=True).start()

    def show(self, entry: Entry) -> None:
        """Show a notice; other entries make no line."""
        if isinstance(entry, Notice):
            self._lines.notify(entry.text)

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

    def poll(self) -> list[Request]:
        """Changes and actions typed since the last call, a few lines at a time; never blocks. Help is given at once."""
        requests: list[Request] = []
        for _ in range(min(self._typed.qsize(), LINES_AT_ONCE)):
            at_ns, keys = self._typed.get()
            try:
                requests += self._requests(keys, at_ns)
            except InputError as error:
                self._lines.notify(str(error))
        return requests

    def _requests(self, keys: bytes, at_ns: int) -> list[Request]:
        """The changes and actions that a line asks for.

        Raises:
            InputError: it is too long, or asks for what there is not.
        """
        whole = keys.decode(errors="replace")
        if len(keys) > LINE_BYTES:
            self._lines.print(f"a line of more than {LINE_BYTES} characters was typed ({whole[:16]!r}...): {HINT}")
            return []
        part, line = self._addressed(whole)
        name, _, text = (word.strip() for word in line.replace("=", " ", 1).lstrip("-").partition(" "))
        if name in HELP:
            self._help(part)
        elif name in ACTIONS:
            return [Action(name, at_ns, part)]
        elif name in PARAMETERS and not text:
            self._lines.print(shown(PARAMETERS[name], self._settings(part)))
        elif name:
            return [*parse_changes(name, text, part)]
        return []

    def _addressed(self, line: str) -> tuple[int | None, str]:
        """The part whose name, or number from 1, begins a line, if one does, and the rest of the line."""
        word, _, rest = line.partition(" ")
        if word in self._controls.names:
            return self._controls.names.index(word), rest.strip()
        return (int(word) - 1, rest.strip()) if word.isdecimal() else (None, line)

    def _help(self, part: int | None) -> None:
        for row in PARAMETERS.values():
            self._lines.print(shown(row, self._settings(part)))
        for action, meaning in ACTIONS.items():
            self._lines.print(f"{action}: {meaning}")

    def _settings(self, part: int | None) -> Settings:
        """Settings of a part; of one that there is not, the first part's."""
        settings = self._controls.settings
        return settings[part if part is not None and 0 <= part < len(settings) else 0]


def shown(row: Parameter, settings: Settings) -> str:
    """A parameter, its value, and what it takes."""
    value = row.text(value_of(settings, row))
    fixed = "" if row.live else "; fixed while playing"
    return f"{row.name} {value}{f' {row.unit}' if row.unit else ''}  ({row.range}{fixed}): {row.meaning}"
