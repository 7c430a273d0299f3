"""Which message goes out when: proposals waiting to sound, and the note-offs that are owed. Pure; I/O process.

The rule: every note-on that went out owes its note-off, whatever happens after. A proposal can be withdrawn until it
has sounded; a note-off can only be brought forward.
"""

import heapq
from dataclasses import dataclass, field
from typing import NamedTuple

from realtime.messages import NOTE_OFF, NOTE_ON, Proposal

REPEAT_GAP_NS = 12_000_000
LEAST_GAP_NS = 6_000_000
"""Silence planned, and silence kept, before a key is struck again: a peer may reorder messages of one audio period."""

Key = tuple[int, int]
"""(channel, pitch)"""


class Outgoing(NamedTuple):
    """A message to hand to the port: `due_ns` is when it should sound."""

    due_ns: int
    data: bytes
    note_id: int
    is_note_on: bool
    is_early: bool = False
    """A note-off before the time that was proposed for it."""


@dataclass(slots=True)
class _Owed:
    """A note between its proposal and its note-off."""

    proposal: Proposal
    on_ns: int
    off_ns: int

    @property
    def key(self) -> Key:
        return self.proposal.channel, self.proposal.pitch

    def note_on(self) -> Outgoing:
        data = bytes((NOTE_ON | self.proposal.channel, self.proposal.pitch, self.proposal.velocity))
        return Outgoing(self.on_ns, data, self.proposal.note_id, is_note_on=True)

    def note_off(self, due_ns: int) -> Outgoing:
        data = bytes((NOTE_OFF | self.proposal.channel, self.proposal.pitch, 0))
        return Outgoing(due_ns, data, self.proposal.note_id, is_note_on=False, is_early=due_ns < self.off_ns)


@dataclass(slots=True)
class Schedule:
    """Notes to be sent. All times in ns; times given to one schedule never go back."""

    late: int = 0
    """Note-ons that were decided after their time and went out at once."""
    dropped: int = 0
    """Proposals that came after their own note-off, and were not sent."""
    _waiting: list[tuple[int, int, _Owed]] = field(default_factory=list)
    _sounding: dict[Key, _Owed] = field(default_factory=dict)
    _latest: dict[Key, _Owed] = field(default_factory=dict)
    _released_ns: dict[Key, int] = field(default_factory=dict)

    def add(self, proposal: Proposal, now_ns: int) -> None:
        """Take a proposal; a note still planned or sounding on its key ends in time for it."""
        if proposal.off_ns <= now_ns:
            self.dropped += 1
            return
        if proposal.on_ns < now_ns:
            self.late += 1
        owed = _Owed(proposal, proposal.on_ns, proposal.off_ns)
        before = self._latest.get(owed.key)
        if before is not None:
            before.off_ns = min(before.off_ns, owed.on_ns - REPEAT_GAP_NS)
        self._latest[owed.key] = owed
        heapq.heappush(self._waiting, (owed.on_ns, proposal.note_id, owed))

    def due(self, now_ns: int) -> list[Outgoing]:
        """Everything to send by now: note-offs first, then note-ons in order of their time."""
        out = [self._end(owed, owed.off_ns, now_ns) for owed in list(self._sounding.values()) if owed.off_ns <= now_ns]
        while self._waiting and self._waiting[0][0] <= now_ns:
            owed = heapq.heappop(self._waiting)[2]
            sounding = self._sounding.get(owed.key)
            if sounding is not None:
                out.append(self._end(sounding, now_ns, now_ns))
            parted_ns = self._released_ns.pop(owed.key, owed.on_ns - LEAST_GAP_NS) + LEAST_GAP_NS
            if parted_ns > now_ns:
                self._delay(owed, parted_ns)
                continue
            self._sounding[owed.key] = owed
            out.append(owed.note_on())
        return out

    def _delay(self, owed: _Owed, on_ns: int) -> None:
        owed.on_ns = on_ns
        owed.off_ns = max(owed.off_ns, on_ns + LEAST_GAP_NS)
        heapq.heappush(self._waiting, (on_ns, owed.proposal.note_id, owed))

    def _end(self, owed: _Owed, due_ns: int, now_ns: int) -> Outgoing:
        del self._sounding[owed.key]
        if self._latest.get(owed.key) is owed:
            del self._latest[owed.key]
        self._released_ns[owed.key] = now_ns
        return owed.note_off(due_ns)

    def withdraw(self) -> int:
        """Forget every proposal that has not sounded; says how many. What sounds keeps its note-off."""
        count = len(self._waiting)
        self._waiting.clear()
        self._latest = dict(self._sounding)
        return count

    def hush(self, now_ns: int) -> list[Outgoing]:
        """Withdraw what has not sounded, and release everything that sounds, now."""
        self.withdraw()
        return [self._end(owed, now_ns, now_ns) for owed in list(self._sounding.values())]

    @property
    def next_due_ns(self) -> int | None:
        """When `due` next has something; None: nothing is planned and nothing sounds."""
        times = [owed.off_ns for owed in self._sounding.values()]
        if self._waiting:
            times.append(self._waiting[0][0])
        return min(times, default=None)
