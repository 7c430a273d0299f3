"""The places of notes beside the grid: learned, swung, and with a human's unevenness. Pure."""

import numpy as np

from midi.nanoseconds import NS_PER_MS
from midi.notes import TICKS_PER_BEAT, Note
from midi.tempo import Tempo
from realtime.improviser.grid import TRIPLETS
from realtime.settings import Settings

HALF_BEAT = TICKS_PER_BEAT // 2
STRAIGHT = 50.0
FEWEST, FOLLOWED = 4, 16
"""Notes at a place of the beat by which a model's own swing is known, and those that count."""
MOST_DEVIATIONS = 2.5
"""No note strays farther than so many standard deviations."""
KEPT = 0.6
"""The share of a note's straying that the next one takes over: a human drifts, and comes back (Hennig et al. 2011)."""


class LearnedSwing:
    """The swing in the deviations that a model draws: those on the second eighth of a beat beside those on the beat."""

    def __init__(self) -> None:
        self._means = {0: 0.0, HALF_BEAT: 0.0}
        self._counts = {0: 0, HALF_BEAT: 0}

    def take(self, into: int, deviation_ms: int) -> None:
        """Take in a note's deviation, and its tick within the beat."""
        if into in self._means:
            self._counts[into] += 1
            self._means[into] += (deviation_ms - self._means[into]) / min(self._counts[into], FOLLOWED)

    @property
    def later_ms(self) -> float:
        """The ms by which second eighths are late beside the beats; 0 until a few of both were drawn."""
        return self._means[HALF_BEAT] - self._means[0] if min(self._counts.values()) >= FEWEST else 0.0


class Groove:
    """Shifts notes in time. A seed is a performance."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng([seed, 1])  # of its own: what is played does not depend on how
        self._learned = LearnedSwing()
        self._stray = 0.0
        self._onset: int | None = None
        self.heard_swing = STRAIGHT
        """The human's, in percent of the beat; taken up where none was asked for."""

    def shift_ns(self, note: Note, origin: int, tempo: Tempo, settings: Settings) -> int:
        """The ns by which a note sounds later than its tick, or earlier; `origin` is the tick of any beat.

        A deviation that the model drew is played as it is, beside swing and humanize.
        """
        swing = self.heard_swing if settings.swing is None else settings.swing
        into = (note.onset - origin) % TICKS_PER_BEAT
        strayed_ns = self._strayed_ns(note.onset, settings.humanize)
        if note.deviation_ms is None:
            return self._swung_ns(into, tempo, swing, 0.0) + strayed_ns
        swung_ns = self._swung_ns(into, tempo, swing, self._learned.later_ms)
        self._learned.take(into, note.deviation_ms)
        return note.deviation_ms * NS_PER_MS + swung_ns + strayed_ns

    @staticmethod
    def _swung_ns(into: int, tempo: Tempo, swing: float, learned_ms: float) -> int:
        """The second eighth falls at `swing` percent of the beat; what is between moves in proportion.

        A model that swings by itself, by `learned_ms`, is helped by what it lacks, so that nothing swings twice. A
        triplet stays where it is: it is swung already.
        """
        if swing == STRAIGHT or into in TRIPLETS:
            return 0
        learned = learned_ms * NS_PER_MS * TICKS_PER_BEAT / tempo.ns_of(TICKS_PER_BEAT)
        later = TICKS_PER_BEAT * swing / 100 - HALF_BEAT - learned
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
