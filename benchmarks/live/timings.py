"""The file that `--timing` wrote, read again."""

import csv
from pathlib import Path
from typing import NamedTuple

from realtime.messages import Played
from realtime.session.schedule import NO_NOTE


class SentMessage(NamedTuple):
    """A message that the daemon handed to its port. Times in ns of the monotonic clock."""

    due_ns: int
    sent_ns: int
    data: bytes
    note_id: int
    epoch: int
    decided_ns: int | None

    @property
    def is_answer(self) -> bool:
        """Whether the engine decided it; else it went through from the human."""
        return self.note_id != NO_NOTE

    @property
    def is_note_on(self) -> bool:
        """Whether a note begins with it."""
        return is_note_on(self.data)

    @property
    def in_time(self) -> bool:
        """Whether it was decided before it was due, so that it could be sent in time."""
        return self.decided_ns is not None and self.decided_ns <= self.due_ns


def read_timings(path: Path) -> list[SentMessage]:
    """Every message, in the order in which they went."""
    with path.open(newline="", encoding="ascii") as file:
        return [_sent(row) for row in csv.DictReader(file)]


def _sent(row: dict[str, str]) -> SentMessage:
    data = bytes(int(row[name]) for name in ("status", "data1", "data2") if row[name])
    decided_ns = int(row["decided_ns"]) if row["decided_ns"] else None
    note_id = int(row["note_id"] or NO_NOTE)
    return SentMessage(int(row["due_ns"]), int(row["sent_ns"]), data, note_id, int(row["epoch"]), decided_ns)


def is_note_on(data: bytes) -> bool:
    """Whether a note begins with a message."""
    return len(data) == 3 and Played(0, *data).is_note_on


def is_note_off(data: bytes) -> bool:
    """Whether a note ends with a message, in either of the two ways to say it."""
    return len(data) == 3 and Played(0, *data).is_note_off
