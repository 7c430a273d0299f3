"""The human's keys and pedals, tracked: which notes sound, which are one chord, and when a phrase is over. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from midi.nanoseconds import NS_PER_MS
from midi.notes import HUMAN, TICKS_PER_BEAT, Note
from midi.pedal import SUSTAIN, SoundingNotes
from midi.tempo import Tempo
from realtime.improviser.grid import snapped, snapped_run
from realtime.improviser.pedal import HumanPedal
from realtime.improviser.phrase import HELD_PAUSES, HumanNote, Phrase
from realtime.messages import Played

CHORD_SPREAD_NS = 30 * NS_PER_MS
"""Keys struck within this time of a chord's first are at its onset: hands are not exact to the tick."""


class Change(NamedTuple):
    """A human note, before and after something became known of it; a new note has none before."""

    before: Note | None
    after: Note


@dataclass(slots=True)
class Tracker:
    """Turns the human's note messages into notes of the performance's ticks."""

    tempo: Tempo
    beat_origin: int | None = None
    """The tick of any beat; where one is known, onsets are heard on the lines of its grid."""
    phrase: Phrase = field(default_factory=Phrase)
    channel: int = 0
    """The one on which the human played last."""
    _sounding: SoundingNotes[HumanNote] = field(default_factory=SoundingNotes)
    _pedal: HumanPedal = field(default_factory=HumanPedal)
    _onset: int | None = None
    """The onset of the latest chord or single note, in ticks."""

    @property
    def is_pressed(self) -> bool:
        """Whether a key is down."""
        return bool(self._sounding.pressed)

    def press(self, played: Played) -> list[Change]:
        """A key went down: the changes this makes, its own note the last.

        A key struck again ends the note that it sounded.
        """
        channel, pitch = played.status & 0x0F, played.data1
        onset = self._onset_of(played.at_ns)
        pedal = self._pedal.at_note(channel, is_down=self._sounding.is_sustained(channel))
        deviation_ms = self._deviation_ms(played.at_ns, onset)
        note = Note(onset, None, pitch, played.data2, channel, HUMAN, deviation_ms, pedal)
        human = HumanNote(note, played.at_ns, self.phrase.onsets_ns[-1])
        changes = self._end(self._sounding.press(channel, pitch, human), played.at_ns)
        self.phrase.human_notes.append(human)
        self.phrase.last_event_ns = played.at_ns
        self.channel = channel
        return [*changes, Change(None, note)]

    def release(self, played: Played) -> list[Change]:
        """A key came up, or a controller moved: the notes that this ends get their durations.

        A key's note ends later if a pedal holds it; but the hand is off the key. Other messages end nothing.
        """
        channel = played.status & 0x0F
        if played.is_control:
            return self._end(self._control(channel, played), played.at_ns)
        if not played.is_note_off:
            return []
        if self._sounding.is_pressed(channel, played.data1):
            self.phrase.last_event_ns = max(self.phrase.last_event_ns, played.at_ns)
        return self._end(self._sounding.release(channel, played.data1), played.at_ns)

    def _control(self, channel: int, played: Played) -> list[HumanNote]:
        """A controller moved: the notes that this ends."""
        was_down = self._sounding.is_sustained(channel)
        ended = self._sounding.control(channel, played.data1, played.data2)
        if played.data1 == SUSTAIN:
            self._pedal.move(channel, is_pressed=self._sounding.is_sustained(channel) and not was_down)
        return ended

    def _end(self, ended: Iterable[HumanNote], at_ns: int) -> list[Change]:
        changes: list[Change] = []
        for human in ended:
            self.phrase.last_event_ns = max(self.phrase.last_event_ns, at_ns)
            before, human.off_ns = human.note, at_ns
            human.note = replace(before, duration=self._ticks(human))
            changes.append(Change(before, human.note))
        return changes

    @property
    def origin(self) -> int:
        """The tick of any beat; a phrase's first onset is one, as long as nobody knows better."""
        return self.phrase.begin if self.beat_origin is None else self.beat_origin

    def in_time(self, beat_origin: int) -> dict[Note, Note]:
        """The phrase's notes, as they stand and as they are in the tempo that is now known to be its own."""
        in_order = sorted(self.phrase.human_notes, key=lambda human: human.chord_ns)
        onsets = snapped_run([self.tempo.tick_at(human.chord_ns) for human in in_order], beat_origin)
        return {
            human.note: replace(
                human.note,
                onset=onset,
                duration=self._ticks(human) if human.off_ns else None,
                deviation_ms=self._deviation_ms(human.at_ns, onset),
            )
            for human, onset in zip(in_order, onsets, strict=True)
        }

    def move(self, changes: Mapping[Note, Note]) -> None:
        """Move the phrase's notes to where `in_time` has them."""
        for human in self.phrase.human_notes:
            human.note = changes[human.note]
        onsets = [note.onset for note in changes.values()]
        self.phrase.begin, self._onset = min(onsets), max(onsets)

    def _ticks(self, human: HumanNote) -> int:
        return max(1, self.tempo.tick_at(human.off_ns) - self.tempo.tick_at(human.at_ns))

    def _deviation_ms(self, at_ns: int, onset: int) -> int | None:
        """The time from its tick to a note's own strike, also within a chord; None: nobody knows the beat."""
        return None if self.beat_origin is None else round((at_ns - self.tempo.ns_at(onset)) / NS_PER_MS)

    def _onset_of(self, at_ns: int) -> int:
        onsets = self.phrase.onsets_ns
        if onsets and self._onset is not None and at_ns - onsets[-1] <= CHORD_SPREAD_NS:
            return self._onset
        tick = self.tempo.tick_at(at_ns)
        if onsets or self.beat_origin is not None:  # a phrase's first onset is a beat, as long as nobody knows better
            is_near = self._onset is not None and 0 <= tick - self._onset < TICKS_PER_BEAT  # ticks may go back a little
            tick = snapped(tick, self.origin, self._onset if is_near else None)
        self._onset = tick
        self.phrase.begin_chord(at_ns, tick)
        return tick

    @property
    def phrase_over_ns(self) -> int | None:
        """The moment when the phrase will be over if nothing more is played; None: nothing was played."""
        if not self.phrase.onsets_ns:
            return None
        last_ns, silent_ns = self.phrase.onsets_ns[-1], self.phrase.last_event_ns + self.phrase.pause_ns
        if self._any_of_phrase(self._sounding.pressed):
            return last_ns + HELD_PAUSES * self.phrase.pause_ns
        if self._any_of_phrase(self._sounding.held):
            return max(silent_ns, last_ns + self.phrase.hesitation_ns)
        return silent_ns

    def _any_of_phrase(self, notes: Iterable[HumanNote]) -> bool:
        """Whether one was struck in this phrase: not a key stuck, or a pedal down, since an earlier one."""
        return any(note.at_ns >= self.phrase.began_ns for note in notes)

    def take_phrase(self) -> Phrase:
        """The phrase, now over; the next note begins another."""
        phrase, self.phrase = self.phrase, Phrase()
        return phrase
