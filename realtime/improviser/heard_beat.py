"""The tempo that the human plays, phrase after phrase. Pure; engine process."""

from collections.abc import Sequence

from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.improviser.beat import Beat, find_beat
from realtime.improviser.onsets import Strike
from realtime.settings import BPM_RANGE


class HeardBeat:
    """Finds the beat in the human's onsets, near the one found before."""

    def __init__(self) -> None:
        self._near: Beat | None = None

    def tempo(self, strikes: Sequence[Strike], running: Tempo) -> Tempo | None:
        """A tempo whose ticks in multiples of a beat from its anchor are the beats heard; None: no beat is heard.

        It goes on from the `running` one: the beat nearest to the first onset keeps its tick.
        """
        if not strikes:
            return None
        beat = find_beat(strikes, self._near)
        if beat is None or not BPM_RANGE[0] <= NS_PER_MINUTE / beat.period_ns <= BPM_RANGE[1]:
            return None
        self._near = beat
        beats_back = round((beat.phase_ns - strikes[0].at_ns) / beat.period_ns)
        first_ns = beat.phase_ns - round(beats_back * beat.period_ns)
        tick = running.tick_at(first_ns) + beats_back * TICKS_PER_BEAT
        return Tempo.of(NS_PER_MINUTE / beat.period_ns, beat.phase_ns, tick)

    def agree(self, tempo: Tempo) -> None:
        """Somebody else sets the tempo: the next beat is sought near it."""
        self._near = Beat(NS_PER_MINUTE / float(tempo.bpm), tempo.anchor_ns, 1.0)
