"""Two MIDI clocks that come to one input: noticed, and one of them kept. Pure.

Its one rule: as long as one line explains the pulses, all of them are one clock's. Only where two lines explain them
several times better are they two clocks', and the one that was there first is kept, until one of them has gone.
Two copies of one clock that come half a period apart are no different from a clock of twice the tempo.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from realtime.session.transport.pulses import SHORTEST_PERIOD, line

WINDOW = 20
"""Pulses looked at: fewer than a beat, so that no wrong tempo is told before."""
FEWEST = 6
"""Pulses of each clock among these."""
TOGETHER = 3
"""Pulses of the first that came since the other is there."""
MOST_BETWEEN = 3
"""Pulses of the other between two of the one that is kept: a clock more than three times as fast is not told apart."""
FITS = 0.15
"""A pulse so near to where it is expected, in periods, is the clock's."""
BETTER = 3.0
"""Two lines are believed if pulses lie so many times nearer to them than to one."""
UNEVEN = 0.06
"""One line is enough if pulses lie so near to it, in its periods."""
PHASE_GAIN, PERIOD_GAIN = 0.3, 0.03
GONE_PERIODS = 6
"""The kept clock has gone, or has another tempo, when so many of its pulses did not come."""
FORGIVEN = 0.25
"""With each pulse that comes, so much of what did not come: the other's fall now and then where one was due."""
ALONE = 48
"""The other has gone when so many of the kept one's came without one of its: two beats."""


@dataclass(slots=True)
class ClockChoice:
    """Tells the pulses of the clock that is kept. `is_two`: whether there are two."""

    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))
    _at: float = 0.0
    _period: float = 0.0
    _alone: int = 0
    _missed: float = 0.0

    @property
    def is_two(self) -> bool:
        """Whether there are two."""
        return self._period > 0

    def take(self, at_ns: int) -> bool:
        """Take a pulse; whether it is the kept clock's."""
        if self.is_two:
            return self._is_kept(float(at_ns))
        self._recent.append(float(at_ns))
        return True

    def notice(self) -> list[int]:
        """The latest pulses of the clock to keep, if there are two since the last pulse; else nothing."""
        times = list(self._recent)
        if self.is_two or len(times) < WINDOW:
            return []
        kept = _first_of_two(times)
        if kept:
            self._at, self._period = line(kept)
            self._alone, self._missed = 0, 0.0
            self._recent.clear()
        return [round(at) for at in kept]

    def _is_kept(self, at: float) -> bool:
        periods = (at - self._at) / self._period
        steps = max(1, round(periods))
        is_near = abs(periods - steps) <= FITS
        if steps > GONE_PERIODS or (is_near and self._missed + steps - 1 > GONE_PERIODS):
            self._period = 0.0
            self._recent.append(at)
            return True
        if not is_near:
            self._alone = 0
            return False
        self._missed = max(0.0, self._missed + steps - 1 - FORGIVEN)
        error = at - self._at - steps * self._period
        self._at += steps * self._period + PHASE_GAIN * error
        self._period += PERIOD_GAIN * error / steps
        self._alone += 1
        if self._alone >= ALONE:
            self._period = 0.0
        return True


def _first_of_two(times: Sequence[float]) -> list[float]:
    """The pulses of the clock that was there first; nothing if they are one clock's."""
    spread, period = _spread(times), (times[-1] - times[0]) / (len(times) - 1)
    if period <= 0 or spread < UNEVEN * period:
        return []
    for second in range(1, MOST_BETWEEN + 2):
        kept = _follow(times, second)
        rest = [at for at in times if at not in set(kept)]
        if min(len(kept), len(rest)) < FEWEST or sum(at > rest[0] for at in kept) < TOGETHER:
            continue
        since_both = [at for at in times if at >= rest[0]]  # where one line explains these, it is another tempo
        if max(_spread(kept), _spread(rest)) * BETTER > min(spread, _spread(since_both)):
            continue
        if times[-1] - rest[-1] <= 1.5 * (rest[-1] - rest[0]) / (len(rest) - 1):
            return kept
    return []


def _follow(times: Sequence[float], second: int) -> list[float]:
    """The pulses of a clock that begins with the first of all and the one of this index; nothing if one is missing."""
    kept, period = [times[0], times[second]], times[second] - times[0]
    if period < SHORTEST_PERIOD:
        return []
    while kept[-1] + (1 + FITS) * period <= times[-1]:
        due = kept[-1] + period
        nearest = min(times, key=lambda at: abs(at - due))
        if abs(nearest - due) > FITS * period:
            return []
        kept.append(nearest)
        period = (kept[-1] - kept[0]) / (len(kept) - 1)
    return kept


def _spread(times: Sequence[float]) -> float:
    """The distance of pulses from their line: the root of the mean square, in ns."""
    end, slope = line(times)
    last = len(times) - 1
    return float((sum((at - end + (last - index) * slope) ** 2 for index, at in enumerate(times)) / len(times)) ** 0.5)
