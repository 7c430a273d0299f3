"""The time of an Ableton Link session, which is joined while `sync` is `link`. Pure but for the peer it is given."""

from collections.abc import Callable

from midi.errors import MachineError
from midi.meter import UNKNOWN_METER, meter_of
from midi.tempo import Tempo
from realtime.session.transport.link_time import LinkSession, LinkTime
from realtime.session.transport.time_source import TimeSource, TimeState, bpm_text
from realtime.settings import LINK, Settings

Join = Callable[[float, int], LinkSession]
"""Joins the session on this network, or begins one at a tempo, in cycles of so many beats."""


def no_network(bpm: float, quantum: int) -> LinkSession:  # noqa: ARG001 - as any Join
    """Refuse to join.

    Raises:
        MachineError: always.
    """
    raise MachineError("sync link is for a live performance: there is no Link session here")


class LinkSource(TimeSource):
    """There while a session is joined; whatever it says is kept."""

    name = LINK

    def __init__(self, join: Join) -> None:
        super().__init__()
        self._join = join
        self._time: LinkTime | None = None
        self._quantum = 0
        self._has_come = False

    @property
    def is_there(self) -> bool:
        """Whether a session is joined."""
        return self._time is not None

    @property
    def wake_ns(self) -> int | None:
        """The moment of the next look at the session."""
        return self._time.poll_ns if self._time else None

    @property
    def meter(self) -> int:
        """The meter that was set, else as many quarters as a cycle has, where that is a meter."""
        cycle = meter_of(self.settings.quantum, 4)
        return super().meter if self.settings.meter or cycle == UNKNOWN_METER else cycle

    def join(self, settings: Settings, tempo: Tempo) -> None:
        """Join the session.

        Raises:
            MachineError: the package for it is not installed.
        """
        if self._time is None:
            self._time = LinkTime(self._join(float(tempo.bpm), settings.quantum))
            self._quantum = settings.quantum

    def set(self, settings: Settings) -> None:
        """Take over settings: another cycle; and leave the session where `sync` is something else."""
        super().set(settings)
        if self._time is None:
            return
        if settings.sync != LINK:
            self._time.session.leave()
            self._time = None
        elif settings.quantum != self._quantum:
            self._quantum = settings.quantum
            self._time.session.set_quantum(settings.quantum)

    def advance(self, now_ns: int) -> bool:
        """Whether it is time for a look at the session."""
        return self._time is not None and now_ns >= self._time.poll_ns

    def lead(self, running: TimeState, before: TimeSource | None) -> TimeState:
        """Lead, and tell so."""
        self._has_come = True
        return super().lead(running, before)

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """Look at the session."""
        if self._time is None:
            return running
        tempo = self._time.tempo(running.tempo, now_ns)
        return TimeState(tempo, self._time.bar(self.meter), self._time.rolling)

    def take_bpm(self, bpm: float) -> bool:
        """Propose a tempo to all peers."""
        if self._time is None:
            return False
        self._time.session.set_bpm(bpm)
        return True

    def lines(self, leader: TimeSource, tempo: Tempo) -> list[str]:
        """The tempo of a session that has just been joined."""
        has_come, self._has_come = self._has_come, False
        return [f"Ableton Link: {bpm_text(tempo)}"] if has_come else []
