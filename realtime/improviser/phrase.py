"""A phrase: the notes that the human has played until they paused, their pace and their swing. Pure."""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from midi.nanoseconds import NS_PER_MS
from midi.notes import TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from realtime.improviser.groove import HALF_BEAT, STRAIGHT

PAUSE_RATIO = 2.5
SHORTEST_PAUSE_NS = 400 * NS_PER_MS
LONGEST_PAUSE_NS = 1_500 * NS_PER_MS
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
"""A share of a beat: a hand is not more exact."""
MOST_SWING = 60.0
"""Percent of the beat: later, and it is a triplet."""
LONGEST_PHRASE = 256


@dataclass(slots=True)
class HumanNote:
    """A human note as it stands in the context, with the moments at which it was struck, its chord began, it ended.

    `off_ns`: 0 while it sounds.
    """

    note: Note
    at_ns: int
    chord_ns: int
    off_ns: int = 0


@dataclass(slots=True)
class Phrase:
    """The notes since the last answer began. Of a phrase that never ends, the last part."""

    human_notes: deque[HumanNote] = field(default_factory=lambda: deque(maxlen=LONGEST_PHRASE))
    onsets_ns: deque[int] = field(default_factory=lambda: deque(maxlen=PACE_ONSETS))
    """The moments at which the latest chords or single notes began."""
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
        return [human.note for human in self.human_notes]

    @property
    def length(self) -> int:
        """From the first onset to the last, in ticks."""
        return max(human.note.onset for human in self.human_notes) - self.begin

    def swing(self, tempo: Tempo, beat_origin: int) -> float:
        """The place of the second of two eighths, in percent of the beat, as far as it was heard as an eighth.

        An eighth so late that it was heard as a triplet does not count: the grid has it.
        """
        beat_ns = tempo.ns_of(TICKS_PER_BEAT)
        late: dict[int, list[float]] = {0: [], HALF_BEAT: []}
        for human in self.human_notes:
            beat_tick = (human.note.onset - beat_origin) % TICKS_PER_BEAT
            if beat_tick in late:
                late[beat_tick].append((human.chord_ns - tempo.ns_at(human.note.onset)) / beat_ns)
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
        """The time after the last onset in which the human may still go on, while a pedal holds what they played."""
        return round(min(max(HESITATION * max(self._gaps_ns), LONGEST_PAUSE_NS), LONGEST_HESITATION_NS))

    @property
    def _gaps_ns(self) -> list[int]:
        return [later - earlier for earlier, later in pairwise(self.onsets_ns)] or [LONGEST_PAUSE_NS]
