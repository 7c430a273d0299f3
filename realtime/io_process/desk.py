"""Between the ports and the engine: what goes out, what is reported, what is void. Pure; I/O process and renderer.

No clock and no port here: the I/O process and the renderer call it with times and carry out what it returns.
"""

from collections import deque
from dataclasses import dataclass, field

from realtime.io_process.recorder import Recorder
from realtime.io_process.schedule import Outgoing, Schedule
from realtime.messages import NOTE_OFF, AnswerOver, Message, Past, Played, Proposal, Released, Sent

PAST_NOTES = 512
"""What a new engine is told of the performance: more than an LSTM remembers, quick to step through."""


@dataclass(slots=True)
class Desk:
    """Human messages and proposals in; messages for the port and for the engine out."""

    schedule: Schedule = field(default_factory=Schedule)
    recorder: Recorder = field(default_factory=Recorder)
    epoch: int = 0
    """Human note-ons and panics so far. A proposal of an earlier epoch was made without knowing the latest: void."""
    answers: int = 0
    """Answers that were played to their end."""
    answered: bool = False
    """Whether an answer was played to its end since the human's latest note."""
    answering: bool = False
    """Whether a note of an answer has sounded since then."""
    answer_end_ns: int | None = None
    """When the answer that is playing ends, once that is known."""
    to_engine: deque[Message] = field(default_factory=deque)

    def play(self, data: bytes, at_ns: int) -> list[Outgoing]:
        """The human played a channel message. Returns the note-offs this asks for: a note, or a panic, is silence."""
        played = Played(at_ns, data[0], data[1], data[2] if len(data) > 2 else 0)
        if played.is_panic:
            for pitch in self.recorder.human_keys_down(data[0] & 0x0F):
                self.play(bytes((NOTE_OFF | data[0] & 0x0F, pitch, 0)), at_ns)
        self.recorder.record(data, at_ns, human=True)
        self.to_engine.append(played)
        if not played.is_note_on and not played.is_panic:
            return []
        self.epoch += 1
        self.answered = self.answering = False
        self.answer_end_ns = None
        return self.schedule.hush(at_ns)

    def take(self, message: Message, now_ns: int) -> None:
        """The engine said something about the performance."""
        if isinstance(message, Proposal) and message.epoch == self.epoch:
            self.schedule.add(message, now_ns)
        elif isinstance(message, AnswerOver) and message.epoch == self.epoch:
            self.answer_end_ns = message.end_ns

    def due(self, now_ns: int) -> list[Outgoing]:
        """What to hand to the port by now."""
        if self.answer_end_ns is not None and self.answer_end_ns <= now_ns and self.schedule.next_due_ns is None:
            self.answers += 1
            self.answered = True
            self.answer_end_ns = None
        return self.schedule.due(now_ns)

    def silence(self, now_ns: int) -> list[Outgoing]:
        """The engine is lost, and its plans with it: the note-offs to send now."""
        self.answer_end_ns = None
        self.answered = self.answered or self.answering  # it will not be finished
        return self.schedule.hush(now_ns)

    def sent(self, message: Outgoing, at_ns: int) -> None:
        """The port has taken a message."""
        self.recorder.record(message.data, at_ns, human=False)
        if message.is_note_on:
            self.answering = True
            self.to_engine.append(Sent(message.note_id, at_ns))
        elif message.is_early:
            self.to_engine.append(Released(message.note_id, at_ns))

    @property
    def next_due_ns(self) -> int | None:
        """When `due` next has something to say."""
        due = self.schedule.next_due_ns
        return self.answer_end_ns if due is None else due

    def past(self) -> list[Past]:
        """What a new engine must know."""
        return self.recorder.past(PAST_NOTES)
