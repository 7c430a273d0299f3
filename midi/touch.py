"""The touch of a note: its deviation from the tick, and the pedal under it, as classes. Core: no I/O, no numpy."""

DEVIATION_BIN_MS = 10
"""Drummers stray from their grid by 24.6 ms (standard deviation, Groove), jazz soloists by 35.5 ms (Weimar)."""
FURTHEST = 6
"""Classes on either side of the tick; the last holds all that is further from it."""
DEVIATIONS = 2 * FURTHEST + 1

PEDALS = 3
PEDAL_UP, PEDAL_HELD, PEDAL_ANEW = range(PEDALS)
"""The sustain pedal at a note: up; down since the note before or longer; pressed anew since then."""


def deviation_class(late_ms: float) -> int:
    """The class of a note that comes so many ms after its tick (before it: below 0)."""
    return max(-FURTHEST, min(FURTHEST, round(late_ms / DEVIATION_BIN_MS))) + FURTHEST


def deviation_ms(deviation: int) -> int:
    """The middle of a class, in ms after the tick."""
    return (deviation - FURTHEST) * DEVIATION_BIN_MS
