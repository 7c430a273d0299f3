"""The clock of a live performance. I/O process."""

import time
from typing import Protocol


class Clock(Protocol):
    """A clock that never goes back, and ways to wait for it."""

    def now_ns(self) -> int:
        """The time, in ns."""

    def sleep(self, seconds: float) -> None:
        """Wait; as much as a millisecond too long, where the machine is busy."""

    def spin_until(self, at_ns: int) -> None:
        """Wait awake, to the microsecond."""


class MonotonicClock:
    """The machine's monotonic clock, which both processes share."""

    def now_ns(self) -> int:
        """The time, in ns."""
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def spin_until(self, at_ns: int) -> None:
        """Wait awake."""
        while time.monotonic_ns() < at_ns:
            pass
