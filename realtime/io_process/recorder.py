"""What was played, by both, as it happened: the session's MIDI file, and the past that a new engine is told. I/O."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from midi.files import write_midi
from midi.notes import Note
from midi.tempo import NS_PER_MINUTE
from realtime.messages import NOTE_OFF, NOTE_ON, Past

LONGEST_SESSION = 200_000
"""Notes kept; of an installation that plays for weeks, the last ones."""
RESOLUTION = 480
"""Ticks to the quarter note in the file: the notes are written as they were played, not on the model's grid."""

HUMAN, ANSWER = "Human", "Antiphon"


@dataclass(slots=True)
class _Recorded:
    on_ns: int
    off_ns: int
    pitch: int
    velocity: int
    channel: int
    human: bool


@dataclass(slots=True)
class Recorder:
    """Keeps note messages with the times at which they came in or went out."""

    _notes: deque[_Recorded] = field(default_factory=lambda: deque(maxlen=LONGEST_SESSION))
    _down: dict[tuple[bool, int, int], _Recorded] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._notes)

    def record(self, data: bytes, at_ns: int, *, human: bool) -> None:
        """Take a channel message; other messages than notes are not kept."""
        kind, channel = data[0] & 0xF0, data[0] & 0x0F
        if kind not in (NOTE_ON, NOTE_OFF):
            return
        before = self._down.pop((human, channel, data[1]), None)
        if before is not None:
            before.off_ns = at_ns
        if kind == NOTE_ON and data[2] > 0:
            note = _Recorded(at_ns, 0, data[1], data[2], channel, human)
            self._notes.append(note)
            self._down[human, channel, data[1]] = note

    def human_keys_down(self, channel: int) -> list[int]:
        """The pitches that the human holds on a channel."""
        return [pitch for human, on, pitch in self._down if human and on == channel]

    def past(self, count: int) -> list[Past]:
        """The last `count` notes, oldest first."""
        recent = list(self._notes)[-count:]
        return [Past(n.on_ns, n.off_ns, n.pitch, n.velocity, n.channel, n.human) for n in recent]

    @property
    def begin_ns(self) -> int | None:
        """When the first note kept began; None: there is none."""
        return min((note.on_ns for note in self._notes), default=None)

    def notes(self, *, human: bool, begin_ns: int, end_ns: int, ns_per_tick: float) -> list[Note]:
        """The notes of one side in ticks from `begin_ns`; those still down end at `end_ns`."""

        def ticks(ns: int) -> int:
            return round((ns - begin_ns) / ns_per_tick)

        def written(note: _Recorded) -> Note:
            onset = ticks(note.on_ns)
            return Note(onset, max(1, ticks(note.off_ns or end_ns) - onset), note.pitch, note.velocity, note.channel)

        return [written(note) for note in self._notes if note.human is human]


def save_session(path: Path, recorders: Sequence[Recorder], bpm: float, now_ns: int, text: str = "") -> None:
    """Write a session as a MIDI file of two tracks for each musician, theirs and the answers'; it begins with a note.

    `text`: what made it, for people.

    Raises:
        InputError: the file cannot be written there.
    """
    begins = [recorder.begin_ns for recorder in recorders]
    begin_ns = min((begin for begin in begins if begin is not None), default=0)
    ns_per_tick = NS_PER_MINUTE / (bpm * RESOLUTION)
    tracks = [
        (
            name if len(recorders) == 1 else f"{name} {number}",
            recorder.notes(human=human, begin_ns=begin_ns, end_ns=now_ns, ns_per_tick=ns_per_tick),
        )
        for number, recorder in enumerate(recorders, 1)
        for name, human in ((HUMAN, True), (ANSWER, False))
    ]
    write_midi(path, tracks, bpm, RESOLUTION, text)
