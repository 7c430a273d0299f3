"""The ledger of proposals: their ids, the epoch they are made in, and what became of them. Pure.

Counts no epoch and cancels nothing: it is told both, by ids, before any human note that comes after.
"""

from dataclasses import replace

from midi.notes import Note
from realtime.improviser.plan import Plan
from realtime.improviser.ring import LONGEST_REPLAY, ContextRing, correct, place_in_order
from realtime.improviser.timekeeper import Timekeeper
from realtime.messages import Cancelled, Dropped, Proposal, Released, Sent


class Proposals:
    """Notes proposed, by id."""

    def __init__(self, ring: ContextRing, time: Timekeeper) -> None:
        self.epoch = 0
        """The epoch that the I/O process named last."""
        self._ring = ring
        self._time = time
        self._last_id = 0
        self._notes: dict[int, Note] = {}
        self._standing: dict[int, Note] = {}
        """Those that are in the ring and have not gone out: no human note can cancel them any more."""

    def new_id(self) -> int:
        """An id for the next note or the end of an answer; ids rise."""
        self._last_id += 1
        return self._last_id

    def propose(self, note_id: int, note: Note, shift_ns: int, velocity: int) -> Proposal:
        """The proposal of a note, which sounds `shift_ns` after its tick, with a velocity of its own."""
        self._notes[note_id] = note
        while len(self._notes) > LONGEST_REPLAY:
            del self._notes[next(iter(self._notes))]
        sounded = note.pitch, velocity, note.channel, note.pedal
        return Proposal(note_id, self.epoch, note.onset, note.end, shift_ns, *sounded)

    def resolve(self, message: Sent | Released | Dropped | Cancelled, plan: Plan | None) -> bool:
        """Take in what became of a proposal, of the plan or not; True: a note behind the plan has changed."""
        match message:
            case Sent():
                return self._send(message, plan)
            case Released():
                return self._cut(message)
            case Dropped():
                return self._drop(message, plan)
            case Cancelled():
                self._cancel(message, plan)
        return False

    def _send(self, sent: Sent, plan: Plan | None) -> bool:
        note = self._notes.get(sent.note_id)
        if note is None or self._standing.pop(sent.note_id, None) is not None:  # long ago, or in the ring already
            return False
        if plan is not None and plan.sent(sent.note_id):
            return False
        place_in_order(self._ring, note)  # it went out as the plan was given up
        return True

    def _cut(self, released: Released) -> bool:
        note = self._notes.get(released.note_id)
        if note is None:
            return False
        tempo = self._time.tempo
        ticks = tempo.tick_at(tempo.ns_at(note.onset) + released.sounded_ns) - note.onset
        return correct(self._ring, note, replace(note, duration=max(1, ticks)))

    def _drop(self, dropped: Dropped, plan: Plan | None) -> bool:
        note = self._standing.pop(dropped.note_id, None)
        if plan is not None:
            plan.dropped(dropped.note_id)
        return note is not None and correct(self._ring, note)

    def _cancel(self, cancelled: Cancelled, plan: Plan | None) -> None:
        """An epoch begins: what stands is part of the music from here on, and all else that was planned is void."""
        self.epoch = cancelled.epoch
        if plan is not None:
            self._standing |= {note_id: self._notes[note_id] for note_id in plan.cancelled(cancelled.last_id)}
