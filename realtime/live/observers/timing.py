"""When each message was meant to go and when it went: `--timing FILE.csv`, and the end's summary."""

import csv
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from midi.atomic_file import replacing
from midi.nanoseconds import NS_PER_US
from realtime.session.journal import CLOCK_PART, Entry, Sounded

LONGEST = 200_000
"""Messages kept, some hours of playing; of more, the last ones."""
LATE_NS = 500_000
"""A message later than this counts as late."""
COLUMNS = ("due_ns", "sent_ns", "late_us", "status", "data1", "data2", "note_id", "epoch", "decided_ns")
"""`epoch`: how many human notes were known when it was decided (of what goes through: have come so far), so that a note
planned anew is told from an older proposal. `decided_ns`: when the proposal came; after `due_ns`, its time had come
already."""


_NEVER = -(2**63)
"""None, packed."""
_LAYOUT = Struct("<qqqqqB3s")
"""The packed form of a kept message: a quarter of the memory, and nothing for the garbage collector to go through."""


class _Sent(NamedTuple):
    due_ns: int
    sent_ns: int
    data: bytes
    note_id: int | None
    epoch: int
    decided_ns: int | None

    def packed(self) -> bytes:
        """As it is kept; a message of more than three bytes is none that we send."""
        note_id, decided_ns = (_NEVER if value is None else value for value in (self.note_id, self.decided_ns))
        data = self.data
        return _LAYOUT.pack(self.due_ns, self.sent_ns, note_id, self.epoch, decided_ns, len(data), data)

    @classmethod
    def of(cls, row: bytes) -> "_Sent":
        """Unpack a row."""
        due_ns, sent_ns, note_id, epoch, decided_ns, length, data = _LAYOUT.unpack(row)
        note_id, decided_ns = (None if value == _NEVER else value for value in (note_id, decided_ns))
        return cls(due_ns, sent_ns, data[:length], note_id, epoch, decided_ns)


@dataclass(slots=True)
class Timing:
    """Keeps the times of sent messages, in ns of the monotonic clock.

    For an output that wants its messages ahead of their time, `sent_ns` is the handing over plus that lead.
    """

    _sent: deque[bytes] = field(default_factory=lambda: deque(maxlen=LONGEST))

    def __len__(self) -> int:
        return len(self._sent)

    def sent(
        self,
        data: bytes,
        due_ns: int,
        sent_ns: int,
        note_id: int | None = None,
        epoch: int = 0,
        decided_ns: int | None = None,
    ) -> None:
        """A message has been handed to its port; the rest is of the proposal it belongs to, if any: see COLUMNS."""
        self._sent.append(_Sent(due_ns, sent_ns, data, note_id, epoch, decided_ns).packed())

    def take(self, entry: Entry) -> None:
        """Keep the times of a message that went out; our own clock's are not counted."""
        if isinstance(entry, Sounded) and entry.send.part != CLOCK_PART:
            send = entry.send
            self.sent(send.data, send.due_ns, entry.at_ns, send.note_id, send.epoch, send.decided_ns)

    def lines(self, dropped: int) -> list[str]:
        """Lines for the end of a jam: how late messages were, and how many notes were decided too late and dropped."""
        if not self._sent:
            return [f"timing: nothing was sent; {dropped} notes dropped"]
        late = sorted(one.sent_ns - one.due_ns for one in map(_Sent.of, self._sent))
        p50, p99 = (late[min(len(late) - 1, len(late) * part // 100)] for part in (50, 99))
        over = sum(ns > LATE_NS for ns in late)
        return [
            f"timing: {len(late)} messages, sent after their time by {_us(p50)} (p50), {_us(p99)} (p99),"
            f" {_us(late[-1])} at worst",
            f"timing: {over} later than {_us(LATE_NS)}; {dropped} notes dropped, decided too late",
        ]

    def save(self, path: Path) -> None:
        """Write a row for each message, in the order in which they went; the whole file or none of it.

        Raises:
            InputError: it cannot be written there.
        """
        with replacing(path) as partial, partial.open("w", newline="", encoding="ascii") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            rows.writerows(_row(_Sent.of(row)) for row in self._sent)


def _row(one: _Sent) -> list[int | float | str | None]:
    """The values of the columns; None leaves one empty."""
    status, data1, data2 = (*one.data[:3], None, None)[:3]
    late_us = (one.sent_ns - one.due_ns) / NS_PER_US
    return [one.due_ns, one.sent_ns, late_us, status, data1, data2, one.note_id, one.epoch, one.decided_ns]


def _us(ns: int) -> str:
    return f"{ns / NS_PER_US:,.0f} us"
