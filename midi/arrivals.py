"""When messages arrived, though they are only looked at later: told from the driver's own times between them. Pure.

RtMidi notes the time of each message as it comes (on JACK in the cycle that brings it, on ALSA and CoreMIDI by the
system's own stamp) and tells how long after the one before that was. What it leaves out by itself takes its time along:
then the sum of these times falls short, until the next look catches up.
"""

from collections.abc import Iterable
from typing import NamedTuple

from midi.nanoseconds import NS_PER_S


class Arrived(NamedTuple):
    """A whole MIDI message, and when it arrived, in ns of the monotonic clock."""

    at_ns: int
    data: bytes


class Arrivals:
    """The messages of one input, stamped with the times at which they came.

    The sum of the driver's times is a clock of its own, so far apart from ours as nobody tells. Every look bounds that
    distance: what is found came after the look before, and has come by now. Within the bounds the distance stays as it
    is; so it comes to be as small as the quickest look found it, and follows a drift between the clocks.
    """

    def __init__(self) -> None:
        self._looked_ns: int | None = None
        self._driver_ns = 0
        self._apart_ns: int | None = None
        self._latest_ns = 0

    def stamp(self, received: Iterable[tuple[bytes, float]], begun_ns: int, now_ns: int) -> list[Arrived]:
        """Stamp all that a look found: messages, each with the seconds that the driver tells since the one before.

        `begun_ns` and `now_ns`: when the look began, and when nothing more was found. No stamp is later than that, nor
        earlier than the one before it.
        """
        by_driver: list[Arrived] = []
        for data, seconds in received:
            self._driver_ns += round(seconds * NS_PER_S)
            by_driver.append(Arrived(self._driver_ns, data))
        if by_driver:
            self._bound(by_driver[0].at_ns, by_driver[-1].at_ns, now_ns)
        self._looked_ns = begun_ns
        return [Arrived(self._stamped(at_ns, now_ns), data) for at_ns, data in by_driver]

    def _bound(self, first_ns: int, last_ns: int, now_ns: int) -> None:
        """Move the distance as far as the look asks; by the driver's clock its messages came at these times."""
        most_ns = now_ns - last_ns
        least_ns = most_ns if self._looked_ns is None else self._looked_ns - first_ns
        apart_ns = most_ns if self._apart_ns is None else self._apart_ns
        self._apart_ns = min(max(apart_ns, least_ns), most_ns)

    def _stamped(self, driver_ns: int, now_ns: int) -> int:
        self._latest_ns = max(self._latest_ns, min(driver_ns + (self._apart_ns or 0), now_ns))
        return self._latest_ns
