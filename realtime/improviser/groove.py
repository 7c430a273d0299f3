"""The places of notes beside the grid: learned, swung, and with a human's unevenness. Pure."""

import numpy as np

from midi.nanoseconds import NS_PER_MS
from midi.notes import TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from realtime.improviser.grid import TRIPLETS
from realtime.settings import Settings

HALF_BEAT = TICKS_PER_BEAT // 2
STRAIGHT = 50.0
MOST_DEVIATIONS = 2.5
"""No note strays farther than so many standard deviations."""
KEPT = 0.6
"""The share of a note's straying that the next one takes over: a human drifts, and comes back (Hennig et al. 2011)."""


class Groove:
    """Shifts notes in time. A seed is a performance."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 1])  # of its own: what is played does not depend on how
        self._stray = 0.0
        self._onset: int | None = None
        self.heard_swing = STRAIGHT
        """The human's, in percent of the beat; taken up where none was asked for."""

    def shift_ns(self, note: Note, origin: int, tempo: Tempo, settings: Settings) -> int:
        """The ns by which a note sounds later than its tick, or earlier; `origin` is the tick of any beat.

        A deviation that the model drew has the human's swing in it already; one that is asked for acts on top.
        """
        learned_ns = (note.deviation_ms or 0) * NS_PER_MS
        heard_swing = self.heard_swing if note.deviation_ms is None else STRAIGHT
        swing = heard_swing if settings.swing is None else settings.swing
        swung_ns = self._swung_ns(note.onset, origin, tempo, swing)
        return learned_ns + swung_ns + self._strayed_ns(note.onset, settings.humanize)

    @staticmethod
    def _swung_ns(onset: int, origin: int, tempo: Tempo, swing: float) -> int:
        """The second eighth falls at `swing` percent of the beat; what is between moves in proportion.

        A triplet stays where it is: it is swung already.
        """
        into = (onset - origin) % TICKS_PER_BEAT
        if swing == STRAIGHT or into in TRIPLETS:
            return 0
        later = TICKS_PER_BEAT * swing / 100 - HALF_BEAT
        share = into / HALF_BEAT if into <= HALF_BEAT else (TICKS_PER_BEAT - into) / HALF_BEAT
        return round(tempo.ns_of(TICKS_PER_BEAT) / TICKS_PER_BEAT * later * share)

    def _strayed_ns(self, onset: int, humanize: float) -> int:
        """The notes of a chord stray together."""
        if not humanize:
            return 0
        if onset != self._onset:
            self._onset = onset
            fresh = float(self._rng.normal()) * (1 - KEPT**2) ** 0.5
            self._stray = KEPT * self._stray + fresh
        return round(max(-MOST_DEVIATIONS, min(self._stray, MOST_DEVIATIONS)) * humanize * NS_PER_MS)
