"""The ledger of proposals: their ids, the epoch they are made in, and the notes that stand. Pure."""

from collections.abc import Iterable

from midi.notes import Note
from realtime.improviser.context import LONGEST_REPLAY
from realtime.messages import AnswerEnd, Proposal


class Proposals:
    """Notes proposed, by id."""

    def __init__(self) -> None:
        self.epoch = 0
        """As the I/O process said last: nothing counts epochs here."""
        self._last_id = 0
        self._notes: dict[int, Note] = {}
        self._standing: dict[int, Note] = {}

    def new_id(self) -> int:
        """An id for the next note or the end of an answer; ids rise."""
        self._last_id += 1
        return self._last_id

    def propose(self, note_id: int, note: Note, shift_ns: int) -> Proposal:
        """The proposal of a note, which sounds `shift_ns` after its tick."""
        self._notes[note_id] = note
        while len(self._notes) > LONGEST_REPLAY:
            del self._notes[next(iter(self._notes))]
        velocity = note.velocity or 1
        return Proposal(note_id, self.epoch, note.onset, note.end, shift_ns, note.pitch, velocity, note.channel)

    def end(self, tick: int) -> AnswerEnd:
        """The end of an answer, whose last note ends at a tick."""
        return AnswerEnd(self.epoch, tick)

    def note(self, note_id: int) -> Note | None:
        """A proposed note; None: it was proposed too long ago."""
        return self._notes.get(note_id)

    def stand(self, note_ids: Iterable[int]) -> None:
        """Proposals are in the ring before they have gone out: no human note can cancel them any more."""
        self._standing |= {note_id: self._notes[note_id] for note_id in note_ids}

    def sent(self, note_id: int) -> Note | None:
        """The note of a proposal that went out; None: long ago, or it is in the ring already."""
        note = self._notes.get(note_id)
        return None if note is None or self._standing.pop(note_id, None) is not None else note

    def dropped(self, note_id: int) -> Note | None:
        """The note of a proposal that was left out and is in the ring; None: it is not."""
        return self._standing.pop(note_id, None)

    @property
    def standing(self) -> list[int]:
        """The ids of those that are in the ring and have not gone out, in order."""
        return list(self._standing)
