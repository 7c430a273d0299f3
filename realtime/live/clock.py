"""The clock of a live performance. I/O process; a test has one of its own that stands still."""

import time


class MonotonicClock:
    """The machine's monotonic clock, which never goes back and which both processes share; and ways to wait for it."""

    def now_ns(self) -> int:
        """The time, in ns."""
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        """Wait; as much as a millisecond too long, where the machine is busy."""
        time.sleep(seconds)

    def spin_until(self, at_ns: int) -> None:
        """Wait awake, to the microsecond."""
        while time.monotonic_ns() < at_ns:
            pass
