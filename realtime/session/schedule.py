"""Which message goes out when: proposals waiting to sound, and the note-offs that are owed. Pure; I/O process.

The rule: every note-on that went out owes its note-off, whatever happens after. A proposal can be withdrawn until it
has sounded; a note-off can only be brought forward. Proposals stand in musical time, so what waits, and the ends of
what sounds, move when the tempo does.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Optional

from midi.message import NOTE_OFF, NOTE_ON
from midi.tempo import DEFAULT_BPM, Tempo
from realtime.messages import Proposal
from realtime.session.early_notes import EarlyNotes

REPEAT_GAP_NS = 12_000_000
LEAST_GAP_NS = 6_000_000
"""Silence planned, and silence kept, before a key is struck again: a peer may reorder messages of one audio period."""

Key = tuple[int, int]
"""(channel, pitch)"""

NO_NOTE = -1
"""The id of what is nothing of the answer's: a message of the human's that goes through."""
ANSWER_PEDAL = -2
"""The id of what the answer's pedal does."""
NOTHING_SENT = 0
"""Less than the id of any note."""


class Outgoing(NamedTuple):
    """A message to hand to the port: `due_ns` is when it should sound."""

    due_ns: int
    data: bytes
    note_id: int
    is_note_on: bool
    sounded_ns: int | None = None
    """Time that the note has sounded, where this note-off comes before the time proposed for it; else None."""
    epoch: int | None = None
    """The epoch of the proposal; None: it was never proposed."""
    decided_ns: int | None = None
    """When the proposal came; None: it was never proposed."""
    pedal: int | None = None
    """The pedal under a note that begins, a class of `midi.touch`; None: it has no say."""
    ticks: tuple[int, int] | None = None
    """The onset and the end proposed for a note that begins."""


@dataclass(slots=True)
class _Owed:
    """A note between its proposal and its note-off."""

    proposal: Proposal
    decided_ns: int
    on_ns: int = 0
    off_ns: int = 0
    not_before_ns: int = 0
    """The key was released so shortly before that it must wait."""
    on_floor_ns: int = 0
    off_floor_ns: int = 0
    """The earliest it may be due: the moment when time last changed, unless it was due before."""
    began_ns: int = 0
    """When it went out."""
    successor: Optional["_Owed"] = None
    """The next note on its key, for which it must end in time."""

    @property
    def key(self) -> Key:
        return self.proposal.channel, self.proposal.pitch

    def place(self, tempo: Tempo, offset_ns: int) -> None:
        """Say when it sounds and when it ends; its successor has been placed before.

        An offset sends nothing earlier than it was decided: what is due at once is late by that, not left out.
        """
        earlier_ns = min(offset_ns, max(0, tempo.ns_at(self.proposal.onset) + self.proposal.shift_ns - self.decided_ns))
        shift_ns = self.proposal.shift_ns - earlier_ns
        self.on_ns = max(tempo.ns_at(self.proposal.onset) + shift_ns, self.not_before_ns, self.on_floor_ns)
        self.off_ns = tempo.ns_at(self.proposal.end) + shift_ns
        if self.not_before_ns:
            self.off_ns = max(self.off_ns, self.on_ns + LEAST_GAP_NS)
        if self.successor is not None:
            in_time_ns = max(self.successor.on_ns - REPEAT_GAP_NS, self.successor.decided_ns)
            self.off_ns = min(self.off_ns, max(in_time_ns, self.on_ns))
        self.off_ns = max(self.off_ns, self.off_floor_ns)

    def change_time(self, now_ns: int) -> None:
        """It is about to be placed anew, for time changes now."""
        self.on_floor_ns = max(self.on_floor_ns, min(self.on_ns, now_ns))
        self.off_floor_ns = max(self.off_floor_ns, min(self.off_ns, now_ns))

    def note_on(self) -> Outgoing:
        data = bytes((NOTE_ON | self.proposal.channel, self.proposal.pitch, self.proposal.velocity))
        ticks = self.proposal.onset, self.proposal.end
        return self._outgoing(self.on_ns, data, is_note_on=True)._replace(pedal=self.proposal.pedal, ticks=ticks)

    def note_off(self, due_ns: int) -> Outgoing:
        data = bytes((NOTE_OFF | self.proposal.channel, self.proposal.pitch, 0))
        sounded_ns = due_ns - self.began_ns if due_ns < self.off_ns else None
        return self._outgoing(due_ns, data, is_note_on=False, sounded_ns=sounded_ns)

    def _outgoing(self, due_ns: int, data: bytes, *, is_note_on: bool, sounded_ns: int | None = None) -> Outgoing:
        note_id, epoch = self.proposal.note_id, self.proposal.epoch
        return Outgoing(due_ns, data, note_id, is_note_on, sounded_ns, epoch, self.decided_ns)


@dataclass(slots=True)
class Schedule:
    """Notes to be sent. All times in ns; times given to one schedule never go back.

    `late_ns`: a note decided later than this after its time is left out, one less late is sent at once.
    """

    tempo: Tempo = field(default_factory=lambda: Tempo.of(DEFAULT_BPM))
    offset_ns: int = 0
    """Everything goes out so much earlier than it is meant."""
    late_ns: int = 50_000_000
    dropped: int = 0
    """Proposals that came too late, and were not sent."""
    left_out: list[int] = field(default_factory=list)
    """The ids of those, and of those whose key the human holds, until somebody has taken them."""
    replaced: list[int] = field(default_factory=list)
    """The ids of notes that an earlier one stands for, until somebody has taken them: facts, but silent."""
    last_sent: int = NOTHING_SENT
    """The greatest id of a note that went out; ids count up."""
    _early: EarlyNotes = field(default_factory=EarlyNotes)
    _waiting: list[tuple[int, int, _Owed]] = field(default_factory=list)
    _sounding: dict[Key, _Owed] = field(default_factory=dict)
    _latest: dict[Key, _Owed] = field(default_factory=dict)
    _released_ns: dict[Key, int] = field(default_factory=dict)
    _held: set[Key] = field(default_factory=set)
    """Keys that the human holds on our own output."""

    def add(self, proposal: Proposal, now_ns: int) -> None:
        """Take a proposal; a note still planned or sounding on its key ends in time for it."""
        owed = _Owed(proposal, now_ns)
        owed.place(self.tempo, self.offset_ns)
        if owed.off_ns <= now_ns or owed.on_ns + self.late_ns < now_ns:
            self.dropped += 1
            self.left_out.append(proposal.note_id)
            return
        before = self._latest.get(owed.key)
        self._latest[owed.key] = owed
        if before is not None:
            before.successor = owed
            before.place(self.tempo, self.offset_ns)
        heapq.heappush(self._waiting, (owed.on_ns, proposal.note_id, owed))

    def retime(self, tempo: Tempo, offset_ns: int, now_ns: int) -> None:
        """Time runs otherwise from now on: what waits, and the ends of what sounds, move with it.

        What would be due before now, and was not, is due now.
        """
        self.tempo, self.offset_ns = tempo, offset_ns
        for owed in (*(owed for _, _, owed in self._waiting), *self._sounding.values()):
            owed.change_time(now_ns)
        self._place_all()

    def _place_all(self) -> None:
        waiting = sorted((owed for _, _, owed in self._waiting), key=lambda owed: owed.proposal.note_id, reverse=True)
        for owed in (*waiting, *self._sounding.values()):  # successors first
            owed.place(self.tempo, self.offset_ns)
        self._waiting = [(owed.on_ns, owed.proposal.note_id, owed) for owed in waiting]
        heapq.heapify(self._waiting)

    def due(self, now_ns: int) -> list[Outgoing]:
        """Everything to send by now: note-offs first, then note-ons in order of their time."""
        out = [self._end(owed, owed.off_ns, now_ns) for owed in list(self._sounding.values()) if owed.off_ns <= now_ns]
        while self._waiting and self._waiting[0][0] <= now_ns:
            owed = heapq.heappop(self._waiting)[2]
            if owed.key in self._held:
                self._forget(owed)
                self.left_out.append(owed.proposal.note_id)
                continue
            if self._early.replace(owed.proposal.onset):
                self._forget(owed)
                self._count_sent(owed.proposal)
                self.replaced.append(owed.proposal.note_id)
                continue
            sounding = self._sounding.get(owed.key)
            if sounding is not None:
                out.append(self._end(sounding, now_ns, now_ns))
            parted_ns = self._released_ns.get(owed.key, owed.on_ns - LEAST_GAP_NS) + LEAST_GAP_NS
            if parted_ns > now_ns:
                self._delay(owed, parted_ns)
                continue
            self._released_ns.pop(owed.key, None)  # only now: whoever else waits for this key must wait as long
            out += self._end_before(owed, now_ns)
            self._sounding[owed.key] = owed
            owed.began_ns = max(owed.on_ns, owed.decided_ns)
            self._count_sent(owed.proposal)
            out.append(owed.note_on())
        return out

    def _count_sent(self, proposal: Proposal) -> None:
        self.last_sent = max(self.last_sent, proposal.note_id)
        self._early.send(proposal.onset)

    def _end_before(self, owed: _Owed, now_ns: int) -> list[Outgoing]:
        """End what was meant to be over by the tick at which a note begins, however far either was moved.

        What sounds at once was chosen in ticks. It ends as planned: nobody is told of a shorter note.
        """
        over = [before for before in self._sounding.values() if before.proposal.end <= owed.proposal.onset]
        for before in over:
            before.off_ns = now_ns
        return [self._end(before, now_ns, now_ns) for before in over]

    def _delay(self, owed: _Owed, on_ns: int) -> None:
        owed.not_before_ns = on_ns
        owed.place(self.tempo, self.offset_ns)
        heapq.heappush(self._waiting, (owed.on_ns, owed.proposal.note_id, owed))

    def _end(self, owed: _Owed, due_ns: int, now_ns: int) -> Outgoing:
        del self._sounding[owed.key]
        self._forget(owed)
        self._released_ns[owed.key] = now_ns
        return owed.note_off(due_ns)

    def _forget(self, owed: _Owed) -> None:
        if self._latest.get(owed.key) is owed:
            del self._latest[owed.key]

    def cancel(self, kept_until: int | None = None) -> int:
        """Forget what has not gone out, but for what is meant for a tick or before; returns the last id that stands.

        Judged by the tick that was proposed, however swing, humanize and offset move the sound. The plan is cut in one
        place: nothing stands after what is cancelled. What sounds keeps its note-off.
        """
        self._early.cancel(kept_until)
        last_id = self.last_sent
        if kept_until is not None:
            meant = [owed.proposal.note_id for _, _, owed in self._waiting if owed.proposal.onset <= kept_until]
            last_id = max(last_id, *meant) if meant else last_id
        self._waiting = kept = [entry for entry in sorted(self._waiting) if entry[1] <= last_id]
        self._latest = {}
        for owed in (*self._sounding.values(), *(owed for _, _, owed in kept)):
            before = self._latest.get(owed.key)
            if before is not None:
                before.successor = owed
            owed.successor = None
            self._latest[owed.key] = owed
        self._place_all()
        return last_id

    @property
    def standing(self) -> list[int]:
        """The ids of what is planned and has not gone out, in order."""
        return sorted(note_id for _, note_id, _ in self._waiting)

    def cancel_and_release(self, now_ns: int) -> list[Outgoing]:
        """Cancel what has not gone out, and release everything that sounds, now."""
        self.left_out += self.standing
        self._waiting.clear()
        self._latest = dict(self._sounding)
        return [self._end(owed, now_ns, now_ns) for owed in list(self._sounding.values())]

    def ends(self, now_ns: int) -> list[Outgoing]:
        """The note-offs of all that sounds, to send now; what owes them goes on owing."""
        return [owed.note_off(owed.off_ns)._replace(due_ns=now_ns) for owed in self._sounding.values()]

    def hold(self, key: Key, now_ns: int) -> Iterator[Outgoing]:
        """The human strikes a key on our own output: the answer's note on it ends, and none begins until `let_go`."""
        self._held.add(key)
        sounding = self._sounding.get(key)
        if sounding is not None:
            yield self._end(sounding, now_ns, now_ns)

    def let_go(self, key: Key) -> None:
        """The human releases a key on our own output."""
        self._held.discard(key)

    @property
    def next_due_ns(self) -> int | None:
        """When `due` next has something; None: nothing is planned and nothing sounds."""
        times = [owed.off_ns for owed in self._sounding.values()]
        if self._waiting:
            times.append(self._waiting[0][0])
        return min(times, default=None)
