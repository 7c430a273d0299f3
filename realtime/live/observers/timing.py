"""When each message was meant to go and when it went: `--timing FILE.csv`, and the end's summary."""

import csv
from collections import deque
from pathlib import Path

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
_Row = tuple[int, int, bytes, int, int, int | None]
"""A message: due_ns, sent_ns, data, note_id, epoch, decided_ns. The garbage collector leaves plain tuples alone."""


class Timing:
    """Keeps the times of sent messages, in ns of the monotonic clock.

    For an output that wants its messages ahead of their time, `sent_ns` is the handing over plus that lead.
    """

    def __init__(self) -> None:
        self._rows: deque[_Row] = deque(maxlen=LONGEST)

    def take(self, entry: Entry) -> None:
        """Keep the times of a message that went out; our own clock's are not counted."""
        if isinstance(entry, Sounded) and entry.send.part != CLOCK_PART:
            send = entry.send
            self._rows.append((send.due_ns, entry.at_ns, send.data, send.note_id, send.epoch, send.decided_ns))

    def lines(self, dropped: int) -> list[str]:
        """Lines for the end of a jam: how late messages were, and how many notes were decided too late and dropped."""
        if not self._rows:
            return [f"timing: nothing was sent; {dropped} notes dropped"]
        late = sorted(sent_ns - due_ns for due_ns, sent_ns, *_ in self._rows)
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
            rows.writerows(map(_columns, self._rows))


def _columns(row: _Row) -> list[int | float | None]:
    """The values of the columns; None leaves one empty."""
    due_ns, sent_ns, data, *known = row
    status, data1, data2 = (*data, None, None)[:3]
    return [due_ns, sent_ns, (sent_ns - due_ns) / NS_PER_US, status, data1, data2, *known]


def _us(ns: int) -> str:
    return f"{ns / NS_PER_US:,.0f} us"
