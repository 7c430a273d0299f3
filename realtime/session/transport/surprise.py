"""Explanations of pulses that are not where they were expected: the one that costs least, in nats of likelihood.

A change is sought at each of the latest pulses, by a generalised likelihood ratio (Willsky and Jones 1976; Basseville
and Nikiforov, "Detection of Abrupt Changes", 1993): from there on another tempo, or the same shifted, or with pulses
missing. Each has its price, that of what is rare. An explanation is believed once it is better by MARGIN than every
other and than none; until then more pulses are waited for. A pulse that is only late costs no more than a stray, and
needs no explanation; nor do several that a busy machine held up and sent at once.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

TEMPO, PHASE, GAP = "tempo", "phase", "gap"
"""The explanations: another tempo, the same tempo shifted, pulses that are missing."""
TEMPO_PRICE = PHASE_PRICE = 9.0
"""Once in a thousand pulses, and a parameter to be fitted."""
GAP_PRICE, GAP_MORE_PRICE = 4.6, 1.5
"""Once in a hundred; and for each further pulse that is missing there, which then is no wonder."""
STRAY_PRICE = 4.6
"""Once in a hundred, anywhere within a period: more than this and that no pulse's error costs."""
MARGIN = 3.0
"""The best explanation is 20 times as likely as the next."""
SHORTEST_RUN, LONGEST_RUN = 2, 6
"""One pulse alone tells nothing; after so many in a row that were not where they were expected the best is taken."""
LOOK_BACK = 8
"""A change may have been so many pulses before the first that was noticed."""
LONGEST_GAP = 8
"""Periods; what is silent for longer is no gap but a clock that stopped."""


class Seen(NamedTuple):
    """A pulse, and the line before it: its last pulse was at `line_at`, this one was due `period` later; all in ns."""

    at: float
    line_at: float
    period: float


class Explanation(NamedTuple):
    """A change: `since` is how many pulses ago, `missing` how many did not come."""

    kind: str
    since: int
    missing: int = 0


NONE = (0.0, Explanation("none", 0))
"""The gain of no explanation: nothing."""


def explain(seen: Sequence[Seen], run: int, deviation: float) -> Explanation | None:
    """Explain why the latest `run` of some pulses are not where they were expected; None: it is too soon to tell.

    `deviation`: the standard deviation of pulses about their line, in ns.
    """
    if run < SHORTEST_RUN:
        return None
    gains: dict[str, tuple[float, Explanation]] = {}
    for since in range(run, len(seen) + 1):
        for gain, explanation in _explained(seen[-since:], deviation):
            if gain > gains.get(explanation.kind, NONE)[0]:
                gains[explanation.kind] = (gain, explanation)
    (gain, best), (next_gain, _) = sorted([NONE, NONE, *gains.values()], reverse=True)[:2]
    if gain - next_gain >= MARGIN or (run >= LONGEST_RUN and gain > 0):
        return best
    return Explanation(TEMPO, run) if run >= LONGEST_RUN else None


def errors_of(seen: Sequence[Seen]) -> list[float]:
    """The lateness of pulses by the line before the first of them, in ns."""
    _, line_at, period = seen[0]
    return [pulse.at - line_at - step * period for step, pulse in enumerate(seen, 1)]


def _explained(seen: Sequence[Seen], deviation: float) -> Iterator[tuple[float, Explanation]]:
    """The gain of each explanation of a change before the first of these pulses over none, in nats."""
    errors, period, since = errors_of(seen), seen[0].period, len(seen)
    stray = STRAY_PRICE + math.log(max(1.0, period / (deviation * math.sqrt(math.tau))))

    def cost(rest: Iterable[float]) -> float:
        return sum(min((error / deviation) ** 2 / 2, stray) for error in rest)

    unexplained = cost(errors)
    slope = sum(step * error for step, error in enumerate(errors, 1)) / sum(step * step for step in range(1, since + 1))
    slower = (error - step * slope for step, error in enumerate(errors, 1))
    yield unexplained - cost(slower) - TEMPO_PRICE, Explanation(TEMPO, since)
    missing, rest, price = _gaps(errors, period)
    yield unexplained - cost(rest) - price, Explanation(GAP, since, missing)
    mean = sum(errors) / since
    if abs(mean) < period / 2:  # what is further away is another pulse
        yield unexplained - cost(error - mean for error in errors) - PHASE_PRICE, Explanation(PHASE, since)


def _gaps(errors: Sequence[float], period: float) -> tuple[int, list[float], float]:
    """Each pulse is the one it is nearest to, and none comes twice or before an earlier one.

    (How many are missing, the errors that remain, the price.)
    """
    missing, price, rest = 0, 0.0, []
    for error in errors:
        more = min(max(round(error / period) - missing, 0), LONGEST_GAP - 1)
        price += (GAP_PRICE + GAP_MORE_PRICE * (more - 1)) if more else 0.0
        missing += more
        rest.append(error - missing * period)
    return missing, rest, price or math.inf
