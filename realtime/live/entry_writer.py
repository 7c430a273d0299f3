"""Entries of the journal as JSON lines on a file descriptor; whoever puts them never waits for a disk or a reader."""

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from realtime.live.line_writer import LineWriter
from realtime.session.journal import Entry

MOST_ENTRIES = 20_000
"""Entries that wait to be written: minutes of fast playing."""
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class Refused(NamedTuple):
    """The answer to a line that asks for what there is not."""

    text: str


class LeftOut(NamedTuple):
    """Entries are missing here, which came faster than they could be written."""

    entries: int


EntryWriter = LineWriter[Entry | Refused | LeftOut]


def entry_writer(descriptor: int, failed: Callable[[str], None]) -> EntryWriter:
    """Begin to write to a descriptor, which stays open; see LineWriter."""
    stream = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115  # for as long as it writes
    return LineWriter(stream, _encode, LeftOut, MOST_ENTRIES, failed)


def _encode(entry: tuple[object, ...]) -> bytes:
    return f"{json.dumps(plain_entry(entry))}\n".encode()


def plain_entry(entry: tuple[object, ...]) -> dict[str, object]:
    """An entry as JSON has it: `type` (`sounded`, `engine_lost`, ...), then its fields, bytes in hexadecimal."""
    fields = entry._asdict() if hasattr(entry, "_asdict") else {}
    return {"type": _WORD.sub("_", type(entry).__name__).lower()} | {name: _plain(at) for name, at in fields.items()}


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, tuple):
        return plain_entry(value) if hasattr(value, "_asdict") else [_plain(part) for part in value]
    return value
