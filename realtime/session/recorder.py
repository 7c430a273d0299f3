"""The past of a part: every note and pedal as it happened, for the session's file and for a new engine. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from midi.notes import Note
from midi.pedal import CONTROLLERS, PEDAL_DOWN, SUSTAIN, SoundingNotes
from midi.piece import Control
from realtime.messages import HistoryNote, Played
from realtime.session.journal import CLOCK_PART, Entry, Human, Sounded
from realtime.session.routing import Routing
from realtime.session.schedule import NO_NOTE

LONGEST_SESSION = 200_000
"""Notes kept; of an installation that plays for weeks, the last ones."""
PHRASE_GAP_NS = 1_500_000_000
"""A silence that parts phrases, where one must be told from the other without an engine."""


@dataclass(slots=True)
class _Recorded:
    """A note: when it was struck, when its key came up, and when it ended. 0: not yet."""

    on_ns: int
    up_ns: int
    off_ns: int
    pitch: int
    velocity: int
    channel: int
    human: bool
    omitted: bool = False
    """Engines are not told of it; the session's file has it."""


@dataclass(slots=True)
class Recorder:
    """Keeps notes and pedals, with the times at which they came in or went out."""

    _notes: deque[_Recorded] = field(default_factory=lambda: deque(maxlen=LONGEST_SESSION))
    _down: dict[tuple[bool, int, int], _Recorded] = field(default_factory=dict)
    _human: SoundingNotes[_Recorded] = field(default_factory=SoundingNotes)
    _answer: SoundingNotes[_Recorded] = field(default_factory=SoundingNotes)
    _controls: deque[tuple[bool, Played]] = field(default_factory=lambda: deque(maxlen=LONGEST_SESSION))
    """Pedals, and what else ends notes; True: the human's."""

    def __len__(self) -> int:
        return len(self._notes)

    def record(self, data: bytes, at_ns: int, *, human: bool) -> None:
        """Take a channel message; others than notes, pedals and what ends notes are not kept."""
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        sounding = self._human if human else self._answer
        ended: list[_Recorded] = []
        if kind in (NOTE_ON, NOTE_OFF):
            before = self._down.pop((human, channel, data[1]), None)
            if before is not None:
                before.up_ns = at_ns
            ended = sounding.release(channel, data[1])
            if kind == NOTE_ON and data[2] > 0:
                note = _Recorded(at_ns, 0, 0, data[1], data[2], channel, human)
                self._notes.append(note)
                self._down[human, channel, data[1]] = note
                ended += sounding.press(channel, data[1], note)
        elif kind == CONTROL_CHANGE and data[1] in CONTROLLERS:
            ended = sounding.control(channel, data[1], data[2])
            self._controls.append((human, Played(at_ns, *data)))
        for note in ended:
            note.off_ns = at_ns

    def past(self, count: int) -> list[HistoryNote]:
        """The last `count` notes that are not omitted, oldest first, each as long as it sounded."""
        recent = [note for note in self._notes if not note.omitted][-count:]
        return [HistoryNote(n.on_ns, n.off_ns, n.pitch, n.velocity, n.channel, n.human) for n in recent]

    def held(self) -> list[Played]:
        """The pedals that the human holds down now, then the keys that came up under them."""
        pedals = [
            Played(0, CONTROL_CHANGE | channel, SUSTAIN, PEDAL_DOWN)
            for channel in range(16)
            if self._human.is_sustained(channel)
        ]
        keys = [
            Played(note.up_ns, NOTE_OFF | note.channel, note.pitch, 0) for note in self._human.held if not note.omitted
        ]
        return [*pedals, *keys]

    def omit_phrase(self) -> int:
        """Leave the human's latest phrase, and what was answered since it began, out of `past`; how many notes."""
        begin_ns = None
        for note in reversed(self._notes):
            if note.human and not note.omitted:
                if begin_ns is not None and begin_ns - max(note.on_ns, note.off_ns) > PHRASE_GAP_NS:
                    break
                begin_ns = note.on_ns
        return 0 if begin_ns is None else self._omit_since(begin_ns)

    def omit_all(self) -> int:
        """Leave all that was played so far out of `past`; how many notes."""
        return self._omit_since(0)

    def _omit_since(self, begin_ns: int) -> int:
        """Omit what began at or after a time."""
        omitted = [note for note in self._notes if note.on_ns >= begin_ns and not note.omitted]
        for note in omitted:
            note.omitted = True
        return len(omitted)

    @property
    def begin_ns(self) -> int | None:
        """When the first note kept began; None: there is none."""
        return min((note.on_ns for note in self._notes), default=None)

    def notes(self, *, human: bool, begin_ns: int, end_ns: int, ns_per_tick: float) -> list[Note]:
        """The notes of one side in ticks from `begin_ns`, until their key came up; those still down end at `end_ns`."""

        def ticks(ns: int) -> int:
            return round((ns - begin_ns) / ns_per_tick)

        def written(note: _Recorded) -> Note:
            onset = ticks(note.on_ns)
            return Note(onset, max(1, ticks(note.up_ns or end_ns) - onset), note.pitch, note.velocity, note.channel)

        return [written(note) for note in self._notes if note.human is human]

    def controls(self, *, human: bool, begin_ns: int, ns_per_tick: float) -> list[Control]:
        """The pedals of one side in ticks from `begin_ns`; where they were before that counts from there."""
        return [
            Control(
                max(0, round((moved.at_ns - begin_ns) / ns_per_tick)), moved.status & 0x0F, moved.data1, moved.data2
            )
            for is_human, moved in self._controls
            if is_human is human
        ]


class Records:
    """The recorders of all parts, as one reader of the journal."""

    def __init__(self, recorders: Sequence[Recorder], routing: Routing) -> None:
        """Record what each part hears of its musician, and what it answers."""
        self._recorders = recorders
        self._routing = routing

    def take(self, entry: Entry) -> None:
        """Record a human message, or a note of an answer that went out."""
        if isinstance(entry, Human):
            for part in self._routing.listeners(entry.voice, entry.data[0] & 0x0F):
                for data in entry.played:
                    self._recorders[part].record(data, entry.at_ns, human=True)
        elif isinstance(entry, Sounded) and entry.send.part != CLOCK_PART and entry.send.note_id != NO_NOTE:
            self._recorders[entry.send.part].record(entry.send.data, entry.at_ns, human=False)
