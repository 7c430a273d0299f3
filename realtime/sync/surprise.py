"""What a pulse means that is not where it was expected: one that strays, pulses that are missing, or another tempo."""

from collections.abc import Sequence

USUAL, ODD, GAP, PHASE, TEMPO = "usual", "odd", "gap", "phase", "tempo"
"""The verdicts: nothing new, not to be learned from, pulses are missing, shifted at the same tempo, another tempo."""
FITS = 4.0
"""An error of so many standard deviations is no jitter."""
TRUSTED = 6
"""From so many pulses on, what does not fit is a surprise."""
CLEAN = 0.12
"""Where jitter is at most this share of the period, one interval tells a gap."""
NEAR = 0.3
"""A gap is a whole number of periods, to within this share of one; its first interval to within LOOSELY."""
LOOSELY = 0.4
LONGEST_GAP = 8
"""Periods; what is silent for longer is no gap but a clock that stopped."""
HELD = 2.0
"""Intervals within so many standard deviations of the period are of the same tempo."""
GAPS_TO_BELIEVE = 3
"""So many gaps in a row are another tempo."""
WAIT = 3
"""So many surprises in a row make it sure which it is, where jitter does not let one interval tell."""


class Surprise:
    """Judges errors one after another; holds the surprises in a row, and gaps that may yet prove none."""

    def __init__(self) -> None:
        self._run: list[float] = []
        self._gaps = 0
        self._skipped = 0

    def forget(self) -> None:
        """All is as expected, or the line began anew."""
        self._run.clear()
        self._gaps = self._skipped = 0

    def judge(self, raw: Sequence[float], error: float, period: float, scale: float, memory: int) -> tuple[str, int]:
        """The verdict on the latest of some raw pulses (ns), and how many more it counts than one.

        A gap counts more; another tempo takes back what was counted for gaps before it was known.
        """
        if abs(error) <= FITS * scale:
            self.forget()
            return USUAL, 0
        if memory < TRUSTED:
            return USUAL, 0
        is_clean = scale < CLEAN * period
        more = missing(error, period)
        if more and is_clean and abs((raw[-1] - raw[-2]) / period - more - 1) < LOOSELY:
            return self._gap(more)
        self._run = [*self._run, error] if not self._run or self._run[-1] * error > 0 else [error]
        if len(self._run) < WAIT - is_clean:
            return ODD, 0
        steps = min(len(self._run), len(raw)) - 1
        mean = sum(self._run) / len(self._run)
        self.forget()
        if abs((raw[-1] - raw[-1 - steps]) / steps - period) >= min(NEAR * period, HELD * scale):
            return TEMPO, 0
        return (GAP, missing(mean, period)) if missing(mean, period) else (PHASE, 0)

    def _gap(self, more: int) -> tuple[str, int]:
        self._gaps += 1
        if self._gaps < GAPS_TO_BELIEVE:
            self._skipped += more
            return GAP, more
        skipped = self._skipped
        self.forget()
        return TEMPO, -skipped


def missing(error: float, period: float) -> int:
    """How many pulses an error speaks of that did not come; 0 if it is no whole number of periods."""
    more = round(error / period)
    return more if 1 <= more < LONGEST_GAP and abs(error / period - more) < NEAR else 0
