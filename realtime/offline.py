"""A whole performance without waiting: the same session and engines, on a clock that jumps from event to event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from midi.arrivals import Arrived
from midi.message import NOTE_ON
from midi.notes import Note
from midi.piece import Piece
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.messages import Proposal
from realtime.roles import LEADER
from realtime.session.controls import parse_changes
from realtime.session.journal import Send
from realtime.session.part import Part
from realtime.session.routing import Routing
from realtime.session.session import Session
from realtime.timed import Timed, performed


@dataclass(slots=True)
class Offline:
    """Plays human messages to an engine and collects what goes out. Deterministic: no clock is read."""

    engine: Engine
    """The leader's."""
    others: Sequence[Engine] = ()
    """Those of the parts after it."""
    routing: Routing | None = None
    session: Session = field(init=False)
    now_ns: int = 0
    sent: list[Timed] = field(default_factory=list)
    _proposals: dict[tuple[int, int], Proposal] = field(default_factory=dict)
    """By part and id."""
    _answered: dict[tuple[int, int], Note] = field(default_factory=dict)

    def __post_init__(self) -> None:
        settings = [engine.settings for engine in self._engines]
        self.session = Session(settings, self.now_ns, self.routing, may_echo=False)
        for engine, messages in zip(self._engines, self.session.introductions(self.now_ns), strict=True):
            for message in messages:
                engine.receive(message)
        self.session.begin()

    @property
    def part(self) -> Part:
        """The leader's part."""
        return self.session.parts[LEADER]

    @property
    def _engines(self) -> tuple[Engine, ...]:
        return self.engine, *self.others

    def perform(self, human: Iterable[Timed], until_ns: int | None = None) -> list[Timed]:
        """Play messages (in order of time), then go on until nothing more is planned, or until `until_ns`.

        System messages (clock and transport) count as heard from a port. Returns what was sent from the beginning,
        with the moment at which each message was due.
        """
        for message in human:
            self._run_to(message.at_ns)
            self._send(self.session.take([("", Arrived(self.now_ns, message.data))], self.now_ns))
        self._run_to(until_ns)
        return self.sent

    def perform_piece(self, piece: Piece, bpm: float) -> list[Timed]:
        """Play a piece as the human, from now on at a tempo, then go on until nothing more is planned.

        Its notes come right before their ticks: live too, what comes in is taken before what is due at that moment.
        """
        begins_ns = self.session.begin_piece(piece, self.now_ns)
        return self.perform(performed(piece.notes, Tempo.of(bpm, begins_ns - 1)))

    def change(self, name: str, text: str) -> None:
        """Change a parameter now, to the value that a word means.

        Raises:
            InputError: there is no such parameter, it cannot change any more, or it does not take this value.
        """
        for change in parse_changes(name, text):
            self._send(self.session.carry_out(change, self.now_ns))

    def answered(self, part: int = LEADER) -> list[Note]:
        """The notes that a part sent, in ticks; one that is struck again ends there."""
        notes: list[Note] = []
        latest: dict[tuple[int, int], int] = {}
        own = (note for (sender, _), note in self._answered.items() if sender == part)
        for place, note in enumerate(own):
            before = latest.get((note.channel, note.pitch))
            if before is not None and notes[before].end > note.onset > notes[before].onset:
                notes[before] = replace(notes[before], duration=note.onset - notes[before].onset)
            latest[note.channel, note.pitch] = place
            notes.append(note)
        return notes

    def forget(self) -> list[Timed]:
        """Hand over what was sent since the last call, and forget it: a performance may last hours.

        Only while nothing is planned and nothing sounds; else it does nothing, and returns nothing.
        """
        if any(time is not None for time in self._times):
            return []
        sent, self.sent = self.sent, []
        self._proposals.clear()
        self._answered.clear()
        return sent

    def _run_to(self, end_ns: int | None) -> None:
        """Let everything happen that is due before or at `end_ns`; None: until nothing is."""
        while True:
            self._exchange()
            times = [*self._times, self.session.transport.wake_ns if end_ns else None]
            next_ns = min((time for time in times if time is not None), default=None)
            if next_ns is None or (end_ns is not None and next_ns > end_ns):
                break
            self.now_ns = max(self.now_ns, next_ns)
            for part in range(len(self._engines)):
                self._send(self.session.due(part, self.now_ns))
        if end_ns is not None:
            self.now_ns = max(self.now_ns, end_ns)

    @property
    def _times(self) -> list[int | None]:
        """When each engine, and each part, next has something to do; None: it has nothing."""
        parts = range(len(self._engines))
        return [*(engine.wake_ns for engine in self._engines), *(self.session.next_due_ns(part) for part in parts)]

    def _exchange(self) -> None:
        self._send(self.session.take((), self.now_ns))
        for part, messages in self.session.to_engine():
            for message in messages:
                self._engines[part].receive(message)
        for part, engine in enumerate(self._engines):
            for message in engine.advance(self.now_ns):
                if isinstance(message, Proposal):
                    self._proposals[part, message.note_id] = message
                self.session.receive(part, message, self.now_ns)

    def _send(self, sends: Iterable[Send]) -> None:
        for send in sends:
            self.sent.append(Timed(send.due_ns, send.data))
            self.session.sounded(send, self.now_ns)
            note_id = send.part, send.note_id
            proposal = self._proposals.get(note_id)
            if proposal is None:  # a click, or what went through
                continue
            if send.data[0] & 0xF0 == NOTE_ON:
                self._answered[note_id] = _note(proposal)
            elif send.sounded_ns is not None:
                whole, tempo = self._answered[note_id], self.engine.tempo
                duration = max(1, tempo.tick_at(tempo.anchor_ns + send.sounded_ns) - tempo.anchor_tick)
                self._answered[note_id] = replace(whole, duration=min(whole.duration or 1, duration))


def _note(proposal: Proposal) -> Note:
    duration = proposal.end - proposal.onset
    return Note(proposal.onset, duration, proposal.pitch, proposal.velocity, proposal.channel)
