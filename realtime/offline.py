"""A whole performance without waiting: the same engine and desk, on a clock that jumps from event to event."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from midi.notes import Note
from realtime.engine_process.engine import Engine
from realtime.io_process.desk import Desk
from realtime.io_process.schedule import Outgoing
from realtime.messages import NOTE_ON, Begin
from realtime.timed import Timed


@dataclass(slots=True)
class Offline:
    """Plays human messages to an engine and collects what goes out. Deterministic: no clock is read."""

    engine: Engine
    desk: Desk = field(default_factory=Desk)
    now_ns: int = 0
    sent: list[Timed] = field(default_factory=list)

    def perform(self, human: Iterable[Timed], until_ns: int | None = None) -> list[Timed]:
        """Play messages (in order of time), then go on until nothing more is planned, or until `until_ns`.

        Returns what was sent from the beginning, with the moment at which each message was due.
        """
        self.engine.receive(Begin(self.desk.epoch))
        for message in human:
            self._run_to(message.at_ns)
            self._send(self.desk.play(message.data, self.now_ns))
        self._run_to(until_ns)
        return self.sent

    def answered(self) -> list[Note]:
        """The notes that were sent, in ticks."""
        notes: list[Note] = []
        down: dict[tuple[int, int], Timed] = {}
        for message in self.sent:
            status, pitch, _ = message.data
            key = (status & 0x0F, pitch)
            if status & 0xF0 == NOTE_ON:
                down[key] = message
                continue
            on = down.pop(key)
            onset, end = self.engine.tempo.tick_at(on.at_ns), self.engine.tempo.tick_at(message.at_ns)
            notes.append(Note(onset, max(1, end - onset), pitch, on.data[2], key[0]))
        return notes

    def _run_to(self, end_ns: int | None) -> None:
        """Let everything happen that is due before or at `end_ns`; None: until nothing is."""
        while True:
            self._exchange()
            times = [time for time in (self.engine.wake_ns, self.desk.next_due_ns) if time is not None]
            next_ns = min(times, default=None)
            if next_ns is None or (end_ns is not None and next_ns > end_ns):
                break
            self.now_ns = max(self.now_ns, next_ns)
            self._send(self.desk.due(self.now_ns))
        if end_ns is not None:
            self.now_ns = max(self.now_ns, end_ns)

    def _exchange(self) -> None:
        while self.desk.to_engine:
            self.engine.receive(self.desk.to_engine.popleft())
        for message in self.engine.advance(self.now_ns):
            self.desk.take(message, self.now_ns)

    def _send(self, messages: Iterable[Outgoing]) -> None:
        for message in messages:
            self.sent.append(Timed(message.due_ns, message.data))
            self.desk.sent(message, self.now_ns)
