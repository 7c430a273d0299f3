"""Time of our own: a tempo that was set, or that somebody left, goes on. Pure."""

from realtime.session.transport.time_source import TimeSource, TimeState
from realtime.settings import INTERNAL


class InternalSource(TimeSource):
    """Always there, and always rolling."""

    name = INTERNAL
    is_external = False
    is_there = True

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """The time that ran so far, running."""
        return running._replace(rolling=True)
