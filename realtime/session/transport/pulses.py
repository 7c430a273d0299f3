"""Jittered pulses to tempo and phase: a delay-locked loop whose memory grows while it is right and shrinks when not.

The loop is Adriaensen's ("Using a DLL to filter time", Linux Audio Conference 2005): predict the next pulse, correct
time and period by fractions of the error. The fractions are those of a least-squares line through the latest `memory`
pulses (the expanding-memory filter: Brookner, "Tracking and Kalman Filtering Made Easy", 1998), so that two pulses
give a tempo and every further one a better one. A pulse that is a surprise changes nothing until it is explained
(`surprise`): meanwhile the line goes on as it was. Pure: no clock, no I/O.
"""

from collections import deque
from collections.abc import Sequence

from realtime.session.transport.surprise import (
    LONGEST_RUN,
    LOOK_BACK,
    PHASE,
    TEMPO,
    Explanation,
    Seen,
    errors_of,
    explain,
)

FIRST_NS = 1e6
"""Supposed before anything is known."""
LEAST_NS = 1e5
"""Never supposed less: the loop that stamps the pulses is no better."""
FIRST_COUNT = 4
UP, DOWN = 1 / 16, 1 / 128
"""Larger strays are believed sooner than smaller ones: the saw of a port's period jumps only once in many pulses."""
GAUSSIAN_BIAS = 1.8
"""By how much these two rates overestimate the variance of gaussian jitter (its test_pulses.py)."""
LARGEST_STRAY = 4.0
"""A change of tempo is one second difference of any size, and must not pass for jitter."""
SAW = 3.0
"""Standard deviations that a saw is taken to span. It spans 3.5, and then each of its teeth was nearly a surprise."""
WIDEST_SAW_NS = 6e6
"""No port's period is longer; what shifts further is no saw."""
SHARE = 1 / 6
"""The variance of a second difference of independent strays is six times theirs."""
LONGEST = 192
"""Pulses remembered at most: eight beats."""
SHORTEST = 8
"""Pulses remembered at least once a slow change has been noticed."""
LAG_SHARE = 1 / 12
LAG = 0.75
"""If the mean of the latest errors, in standard deviations, is beyond this, the memory is too long for what goes on."""
CLIP = 3.0
"""A pulse further out, in standard deviations, counts as one that is so far out."""
FITS = 3.5
"""An error of so many standard deviations is a surprise."""
CALM = 2.0
"""And after one, one of so many is still in doubt."""
EARLY = 5.0
"""A pulse so many before its time is believed at once: it may be held up on its way, but not hurried."""
TRUSTED = 6
"""From so many pulses on, what does not fit is one."""
DOUBLE_NS = 2_000_000
"""Before there is a tempo, pulses nearer than this are one (400 bpm: 6.25 ms apart)."""
JITTERY = 0.12
"""Jitter of more than this share of the period brings pulses near each other by itself."""
JITTERY_DOUBLE_NS = 300_000
"""Then only what is nearer than this is one: two cables from one clock."""
SHORTEST_PERIOD = 5e6
"""No clock's pulses are nearer, in ns: 500 bpm."""
DOUBLES_TO_BELIEVE = 3
"""Pulses in a row that come far too early and are no doubles but another tempo."""


class Jitter:
    """The standard deviation of pulses about their line, in ns, learned while they come."""

    def __init__(self) -> None:
        self._variance = FIRST_NS**2
        self._heard = FIRST_COUNT

    @property
    def deviation(self) -> float:
        """The standard deviation, in ns."""
        return float(max(self._variance / GAUSSIAN_BIAS, LEAST_NS**2) ** 0.5)

    def hear(self, times: Sequence[float]) -> None:
        """Learn from the latest of some consecutive pulses, in ns."""
        if len(times) < 3:
            return
        stray = (times[-1] - 2 * times[-2] + times[-3]) ** 2 * SHARE
        stray = min(stray, LARGEST_STRAY * max(self._variance, LEAST_NS**2))
        self._heard += 1
        rate = UP if stray > self._variance else DOWN
        self._variance += max(rate, 1 / self._heard) * (stray - self._variance)

    def widen(self, shift: float) -> None:
        """Pulses have shifted by so many ns at the same tempo, and may well shift back: a port's period does that."""
        if abs(shift) <= WIDEST_SAW_NS:
            self._variance = max(self._variance, GAUSSIAN_BIAS * (shift / SAW) ** 2)


class PulseFilter:
    """The line through the pulses: pulse `index` was at `at` (ns, filtered), the next is due `period` ns later.

    `memory` is how many pulses stand behind it, 0 before the first. `breaks` is raised whenever pulses go on elsewhere,
    so that indices before and after do not count the same ones.
    """

    def __init__(self) -> None:
        self.index = 0
        self.at = 0.0
        self.period = 0.0
        self.memory = 0
        self.breaks = 0
        self._since_phase = LONGEST
        self._lag = 0.0
        self._doubles = 0
        self._raw: list[float] = []
        self._jitter = Jitter()
        self._seen: deque[Seen] = deque(maxlen=LOOK_BACK + LONGEST_RUN)
        self._surprises = 0
        self._early = 0.0

    def hear(self, at_ns: int) -> bool:
        """Take in a pulse; False if it only doubled the one before."""
        at = float(at_ns)
        if self._is_double(at):
            return False
        self._raw = [*self._raw[-2:], at]
        if self.memory < 2:
            self._begin(at)
        else:
            self._follow(at)
        return True

    def fits(self, at_ns: int) -> bool:
        """Whether a pulse at a moment would be the next one."""
        return self.memory >= SHORTEST and abs(at_ns - self.at - self.period) <= FITS * self._scale()

    def doubles(self, at_ns: int) -> bool:
        """Whether a pulse at a moment would be so near the one before that it only doubles it."""
        return bool(self._raw) and at_ns - self._raw[-1] < self._nearest()

    def rephase(self, at_ns: int, steps: int = 1) -> None:
        """Take in a pulse `steps` after the latest, whenever it was expected: the tempo holds, the phase is its own."""
        self.index += steps
        self.breaks += 1
        self.at = float(at_ns)
        self.memory = min(max(self.memory, 1), LONGEST // 2)
        self._since_phase = 1
        self._raw = [self.at]
        self._doubles = 0
        self._forget_errors()

    def forget(self) -> None:
        """Forget what was heard: it tells nothing of the pulses to come."""
        self.breaks += 1
        self._unlearn()

    def _is_double(self, at: float) -> bool:
        is_due = self.memory >= TRUSTED and at - self.at > self.period / 2  # several late ones may come at once
        if is_due or not self.doubles(round(at)):
            return False
        self._doubles += 1
        if self._doubles >= DOUBLES_TO_BELIEVE:
            self.index += self._doubles - 1
            self._unlearn()
            return False
        return True

    def _nearest(self) -> float:
        """The least distance of a pulse from the one before, in ns."""
        if self.memory <= 2:
            return DOUBLE_NS
        is_jittery = self._jitter.deviation > JITTERY * self.period
        return min(JITTERY_DOUBLE_NS if is_jittery else self.period, self.period / 4)

    def _begin(self, at: float) -> None:
        self._since_phase = LONGEST
        if self.memory == 1:
            self.period = at - self.at
        self.index += 1
        self.memory += 1
        self.at = at

    def _follow(self, at: float) -> None:
        if self._doubles and self.memory >= TRUSTED and at - self.at > 1.5 * self.period:
            self.index += 1  # what seemed a double was a pulse of its own
            self.at += self.period
        self._doubles = 0
        self.index += 1
        self._seen.append(Seen(at, self.at, self.period))
        error = at - self.at - self.period
        scale = self._scale()
        if self.memory < TRUSTED or abs(error) <= (CALM if self._surprises else FITS) * scale:
            self._jitter.hear(self._raw)
            self._jitter.widen(self._early)  # if one was early before, it was a shift
            self._early, self._surprises = 0.0, 0
            self._correct(error, scale)
            return
        self._surprises += 1
        explanation = explain(list(self._seen), self._surprises, scale)
        if explanation is not None:
            self._take(explanation)
            return
        self._jitter.hear(self._raw)
        _, line_at, period = self._seen[-self._surprises]
        is_early = self._surprises == 1 and EARLY * scale < -error < period / 2
        self._early = error if is_early else 0.0
        self.at = line_at + self._surprises * period + self._early

    def _take(self, explanation: Explanation) -> None:
        """Go on as a change asks for that is now sure."""
        kind, since, missing = explanation
        seen = list(self._seen)[-since:]
        _, line_at, period = seen[0]
        self.index += missing
        if kind == TEMPO:
            self.at, slope = line([line_at, *(pulse.at for pulse in seen)])
            self.period = max(slope, SHORTEST_PERIOD)
            self.memory = since + 1
            self._since_phase = LONGEST
        elif kind == PHASE:
            shift = sum(errors_of(seen)) / since
            self.at, self.period = line_at + since * period + shift, period
            self._since_phase = since
            self._jitter.widen(shift)
        else:
            self.at, self.period = line_at + (since + missing) * period, period
        self._raw = self._raw[-1:]
        self._forget_errors()

    def _correct(self, error: float, scale: float) -> None:
        predicted = self.at + self.period
        n = self.memory = min(self.memory + 1, LONGEST)
        self._since_phase = min(self._since_phase + 1, LONGEST)
        if n > SHORTEST:
            error = max(-CLIP * scale, min(error, CLIP * scale))
            self._watch_lag(error / scale)
        phase_gain = max(2 * (2 * n - 1) / (n * (n + 1)), 1 / self._since_phase)
        self.at = predicted + phase_gain * error
        self.period += 6 / (n * (n + 1)) * error

    def _watch_lag(self, deviations: float) -> None:
        self._lag += LAG_SHARE * (deviations - self._lag)
        if abs(self._lag) > LAG and self.memory > SHORTEST:
            self.memory = max(SHORTEST, self.memory // 2)
            self._lag /= 2

    def _unlearn(self) -> None:
        self.memory = self._doubles = 0
        self._raw.clear()
        self._forget_errors()

    def _forget_errors(self) -> None:
        self._lag = 0.0
        self._early, self._surprises = 0.0, 0
        self._seen.clear()

    def _scale(self) -> float:
        """The standard deviation of the next pulse about where it is expected, in ns."""
        n = self.memory
        return self._jitter.deviation * float((1 + (4 * n + 2) / (n * (n - 1))) ** 0.5)


def line(times: Sequence[float]) -> tuple[float, float]:
    """(end, slope) of the least-squares line through two or more equidistant values."""
    last = (len(times) - 1) / 2
    mean = sum(times) / len(times)
    steps = [index - last for index in range(len(times))]
    slope = sum(step * time for step, time in zip(steps, times, strict=True)) / sum(step * step for step in steps)
    return mean + last * slope, slope
