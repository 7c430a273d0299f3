"""The human's notes on their way into the context: tracked, put in order of time, followed. Pure."""

from midi.notes import ANSWER, HUMAN, Note
from realtime.improviser.follower import Follower
from realtime.improviser.onsets import Strike
from realtime.improviser.phrase import Phrase
from realtime.improviser.ring import ContextRing, correct, place_in_order, revise
from realtime.improviser.timekeeper import Timekeeper
from realtime.improviser.tracker import Change, Tracker
from realtime.messages import HistoryNote, Overheard, Played, TempoEstimate
from realtime.roles import Role

BEAT_ONSETS = 8
"""The number of the human's chords or notes after which the beat is sought anew, where there are no turns."""


class Listener:
    """Takes what the human plays into the ring, and follows how they play."""

    def __init__(self, ring: ContextRing, time: Timekeeper, role: Role) -> None:
        self.tracker = Tracker(time.tempo, time.grid.beat_origin)
        self.follower = Follower()
        self._ring = ring
        self._time = time
        self._role = role
        self._read = role.read
        self._onsets_since_beat = 0

    @property
    def seeks_beat(self) -> bool:
        """Whether enough was played since the beat was sought."""
        return self._onsets_since_beat >= BEAT_ONSETS

    def take(self, played: Played) -> bool:
        """A key or a pedal moved: whether an earlier note of the ring changed with it."""
        self._onsets_since_beat += played.is_note_on
        changes = self.tracker.press(played) if played.is_note_on else self.tracker.release(played)
        is_corrected = [self._change(change) for change in changes]
        return any(is_corrected)

    def _change(self, change: Change) -> bool:
        before, after = (None if note is None else self._read(note) for note in change)
        if change.before is None:
            self.follower.hear(change.after, self.tracker.origin)
        if after is None or before == after:
            return False
        if before is not None:
            return correct(self._ring, before, after)
        place_in_order(self._ring, after)
        return False

    def overhear(self, note: Overheard) -> None:
        """Another part plays a note: one of a partner's to the model. It is no human's: nobody follows it."""
        if not self._role.overhears(note.channel):
            return
        duration = None if note.end is None else note.end - note.onset
        place_in_order(self._ring, Note(note.onset, duration, note.pitch, note.velocity, note.channel, HUMAN))

    def remember_answer(self, past: HistoryNote) -> None:
        """An answer's note from before this engine began: the phrase before it has been answered."""
        self.tracker.take_phrase()
        tempo = self._time.tempo
        onset = tempo.tick_at(past.on_ns)
        duration = max(1, tempo.tick_at(past.off_ns) - onset) if past.off_ns else None
        place_in_order(self._ring, Note(onset, duration, past.pitch, past.velocity, past.channel, ANSWER))

    def keep_time(self) -> None:
        """Time runs otherwise from now on, as the timekeeper knows."""
        self.tracker.tempo, self.tracker.beat_origin = self._time.tempo, self._time.grid.beat_origin

    def take_phrase(self) -> Phrase:
        """The phrase that is over."""
        self.follower.phrase_over()
        return self.tracker.take_phrase()

    def follow_beat(self, *, takes_turns: bool) -> TempoEstimate | None:
        """Take up the beat of what the human has played, where nobody else sets the tempo; None: none is heard.

        `takes_turns`: the phrase's notes are in the ring's end, and move there too.
        """
        self._onsets_since_beat = 0
        humans = self.tracker.phrase.human_notes
        strikes = [Strike(human.at_ns, human.note.pitch, human.note.velocity or 1) for human in humans]
        if not self._time.follow(strikes):
            return None
        tempo = self._time.tempo
        self.keep_time()
        changes = self.tracker.in_time(tempo.anchor_tick)
        self.follower.revise(changes, tempo.anchor_tick)
        if takes_turns:
            self.tracker.move(changes)
            read = {self._read(before): self._read(after) for before, after in changes.items()}
            revise(self._ring, {before: after for before, after in read.items() if before and after})
        return TempoEstimate(float(tempo.bpm), tempo.anchor_ns, tempo.anchor_tick)
