"""The human's keys and pedals, heard: which notes sound, which are one chord, and when a phrase is over. Pure."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from midi.notes import HUMAN, TICKS_PER_BEAT, Note
from midi.pedal import SoundingNotes
from midi.tempo import Tempo
from realtime.improviser.groove import HALF_BEAT, STRAIGHT
from realtime.improviser.quantise import snapped, snapped_run
from realtime.messages import Played

MS = 1_000_000
CHORD_SPREAD_NS = 30 * MS
"""Keys struck within this time of a chord's first are at its onset: hands are not exact to the tick."""
PAUSE_RATIO = 2.5
SHORTEST_PAUSE_NS = 400 * MS
LONGEST_PAUSE_NS = 1_500 * MS
"""A phrase is over after a silence of PAUSE_RATIO times the usual time between the human's onsets, within bounds."""
HELD_PAUSES = 4
"""With keys still down (a held last chord), so many pauses after the last onset end the phrase all the same."""
HESITATION = 1.5
LONGEST_HESITATION_NS = HELD_PAUSES * LONGEST_PAUSE_NS
"""With keys up and notes held by a pedal: hands leave the keys between chords, and a phrase goes on as long as
HESITATION times its longest recent wait after the last onset, LONGEST_PAUSE_NS at least. Then the last chord rings on
under the answer."""
PACE_ONSETS = 9
FEWEST_SWUNG = 4
"""Eighths on the beat, and behind it, of which a swing is heard."""
LEAST_SWING = 0.02
"""Of a beat: a hand is not more exact."""
MOST_SWING = 60.0
"""Percent of the beat: later, and it is a triplet."""
LONGEST_PHRASE = 256


@dataclass(slots=True)
class Heard:
    """A human note as it stands in the context, when it was struck and ended, and when its chord began.

    `off_ns`: 0 while it sounds.
    """

    note: Note
    at_ns: int
    chord_ns: int
    off_ns: int = 0


@dataclass(slots=True)
class Phrase:
    """What the human has played since the last answer began. Of a phrase that never ends, the last part."""

    heard: deque[Heard] = field(default_factory=lambda: deque(maxlen=LONGEST_PHRASE))
    onsets_ns: deque[int] = field(default_factory=lambda: deque(maxlen=PACE_ONSETS))
    """When each of the latest chords or single notes began."""
    began_ns: int = 0
    begin: int = 0
    """The first onset, in ticks."""
    last_event_ns: int = 0

    def begin_chord(self, at_ns: int, tick: int) -> None:
        """A chord or single note begins."""
        if not self.onsets_ns:
            self.began_ns, self.begin = at_ns, tick
        self.onsets_ns.append(at_ns)

    @property
    def notes(self) -> list[Note]:
        """Its notes, as they were played."""
        return [heard.note for heard in self.heard]

    @property
    def length(self) -> int:
        """From the first onset to the last, in ticks."""
        return max(heard.note.onset for heard in self.heard) - self.begin

    def swing(self, tempo: Tempo, beat_origin: int) -> float:
        """Where the second of two eighths falls, in percent of the beat, as far as it was heard as an eighth.

        One so late that it was heard as a triplet is no eighth: the grid has it.
        """
        beat_ns = tempo.ns_of(TICKS_PER_BEAT)
        late: dict[int, list[float]] = {0: [], HALF_BEAT: []}
        for heard in self.heard:
            place = (heard.note.onset - beat_origin) % TICKS_PER_BEAT
            if place in late:
                late[place].append((heard.chord_ns - tempo.ns_at(heard.note.onset)) / beat_ns)
        if min(map(len, late.values())) < FEWEST_SWUNG:
            return STRAIGHT
        later = median(late[HALF_BEAT]) - median(late[0])
        return STRAIGHT if later < LEAST_SWING else min(STRAIGHT + 100 * later, MOST_SWING)

    @property
    def pause_ns(self) -> int:
        """The silence that ends this phrase, judged from its own pace."""
        usual = median(self._gaps_ns)
        return round(min(max(PAUSE_RATIO * usual, SHORTEST_PAUSE_NS), LONGEST_PAUSE_NS))

    @property
    def hesitation_ns(self) -> int:
        """How long after the last onset the human may still go on, while a pedal holds what they played."""
        return round(min(max(HESITATION * max(self._gaps_ns), LONGEST_PAUSE_NS), LONGEST_HESITATION_NS))

    @property
    def _gaps_ns(self) -> list[int]:
        return [later - earlier for earlier, later in pairwise(self.onsets_ns)] or [LONGEST_PAUSE_NS]


@dataclass(slots=True)
class Tracker:
    """Turns the human's note messages into notes of the performance's ticks."""

    tempo: Tempo
    beat_origin: int | None = None
    """The tick of any beat; where one is known, onsets are heard on the lines of its grid."""
    phrase: Phrase = field(default_factory=Phrase)
    channel: int = 0
    """Where the human played last."""
    _sounding: SoundingNotes[Heard] = field(default_factory=SoundingNotes)
    _onset: int | None = None
    """Of the latest chord or single note, in ticks."""

    @property
    def is_pressed(self) -> bool:
        """Whether a key is down."""
        return bool(self._sounding.pressed)

    def press(self, played: Played) -> list[tuple[Note | None, Note]]:
        """A key went down: the changes this makes, as (note before, note after); a new note has none before.

        A key struck again ends the note that it sounded.
        """
        channel, pitch = played.status & 0x0F, played.data1
        onset = self._onset_of(played.at_ns)
        note = Note(onset, None, pitch, played.data2, channel, HUMAN)
        heard = Heard(note, played.at_ns, self.phrase.onsets_ns[-1])
        changes: list[tuple[Note | None, Note]] = [
            *self._end(self._sounding.press(channel, pitch, heard), played.at_ns)
        ]
        self.phrase.heard.append(heard)
        self.phrase.last_event_ns = played.at_ns
        self.channel = channel
        return [*changes, (None, note)]

    def release(self, played: Played) -> list[tuple[Note, Note]]:
        """A key came up, or a controller moved: the notes that this ends, before and after their duration is known.

        A key's note ends later if a pedal holds it; but the hand is off the key. Other messages end nothing.
        """
        channel = played.status & 0x0F
        if played.is_control:
            return self._end(self._sounding.control(channel, played.data1, played.data2), played.at_ns)
        if not played.is_note_off:
            return []
        if self._sounding.is_pressed(channel, played.data1):
            self.phrase.last_event_ns = max(self.phrase.last_event_ns, played.at_ns)
        return self._end(self._sounding.release(channel, played.data1), played.at_ns)

    def _end(self, ended: Iterable[Heard], at_ns: int) -> list[tuple[Note, Note]]:
        changes: list[tuple[Note, Note]] = []
        for heard in ended:
            self.phrase.last_event_ns = max(self.phrase.last_event_ns, at_ns)
            before, heard.off_ns = heard.note, at_ns
            heard.note = replace(before, duration=self._ticks(heard))
            changes.append((before, heard.note))
        return changes

    @property
    def origin(self) -> int:
        """The tick of any beat; a phrase's first onset is one, as long as nobody knows better."""
        return self.phrase.begin if self.beat_origin is None else self.beat_origin

    def in_time(self, beat_origin: int) -> dict[Note, Note]:
        """The phrase's notes, as they stand and as they are in the tempo that is now known to be its own."""
        in_order = sorted(self.phrase.heard, key=lambda heard: heard.chord_ns)
        onsets = snapped_run([self.tempo.tick_at(heard.chord_ns) for heard in in_order], beat_origin)
        return {
            heard.note: replace(heard.note, onset=onset, duration=self._ticks(heard) if heard.off_ns else None)
            for heard, onset in zip(in_order, onsets, strict=True)
        }

    def retold(self, beat_origin: int) -> dict[Note, Note]:
        """The same, and from now on they stand so."""
        self.beat_origin = beat_origin
        changes = self.in_time(beat_origin)
        for heard in self.phrase.heard:
            heard.note = changes[heard.note]
        if changes:
            onsets = [note.onset for note in changes.values()]
            self.phrase.begin, self._onset = min(onsets), max(onsets)
        return changes

    def _ticks(self, heard: Heard) -> int:
        return max(1, self.tempo.tick_at(heard.off_ns) - self.tempo.tick_at(heard.at_ns))

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
        """When the phrase will be over if nothing more is played; None: nothing was played."""
        if not self.phrase.onsets_ns:
            return None
        last_ns, silent_ns = self.phrase.onsets_ns[-1], self.phrase.last_event_ns + self.phrase.pause_ns
        if self._any_of_phrase(self._sounding.pressed):
            return last_ns + HELD_PAUSES * self.phrase.pause_ns
        if self._any_of_phrase(self._sounding.held):
            return max(silent_ns, last_ns + self.phrase.hesitation_ns)
        return silent_ns

    def _any_of_phrase(self, heard: Iterable[Heard]) -> bool:
        """Whether one was struck in this phrase: not a key stuck, or a pedal down, since an earlier one."""
        return any(one.at_ns >= self.phrase.began_ns for one in heard)

    def take_phrase(self) -> Phrase:
        """The phrase, now over; the next note begins another."""
        phrase, self.phrase = self.phrase, Phrase()
        return phrase
