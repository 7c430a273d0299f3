"""The time of an Ableton Link session, which is joined while `sync` is `link`. Pure but for the peer it is given.

Its beats are 24 ticks, numbered so that the ticks of the performance never go back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from midi.errors import MachineError
from midi.meter import UNKNOWN_METER, Bar, meter_of
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.session.transport.time_source import TimeSource, TimeState, bpm_text
from realtime.settings import LINK, Settings

POLL_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class LinkMoment:
    """A look at a session: at `at_ns` it stood at `beat`, which is a multiple of the quantum where a cycle begins."""

    at_ns: int
    beat: float
    bpm: float
    playing: bool


class LinkSession(Protocol):
    """A peer in a session."""

    def look(self) -> LinkMoment:
        """Look at the session now."""

    def set_bpm(self, bpm: float) -> None:
        """Propose a tempo to all peers."""

    def set_quantum(self, quantum: int) -> None:
        """Count cycles of so many beats."""

    def leave(self) -> None:
        """Be a peer no longer."""


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
        self._session: LinkSession | None = None
        self._quantum = 0
        self._poll_ns = 0
        self._offset: int | None = None
        """Ticks of the performance ahead of the session's; None: it has not been looked at."""
        self._has_played = False
        """Somebody in the session has started it: from then on, it can stand still."""
        self._has_come = False

    @property
    def is_there(self) -> bool:
        """Whether a session is joined."""
        return self._session is not None

    @property
    def wake_ns(self) -> int | None:
        """The moment of the next look at the session."""
        return self._poll_ns if self._session else None

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
        if self._session is None:
            self._session = self._join(float(tempo.bpm), settings.quantum)
            self._quantum = settings.quantum
            self._poll_ns, self._offset, self._has_played = 0, None, False

    def set(self, settings: Settings) -> None:
        """Take over settings: another cycle; and leave the session where `sync` is something else."""
        super().set(settings)
        if self._session is None:
            return
        if settings.sync != LINK:
            self._session.leave()
            self._session = None
        elif settings.quantum != self._quantum:
            self._quantum = settings.quantum
            self._session.set_quantum(settings.quantum)

    def advance(self, now_ns: int) -> bool:
        """Whether it is time for a look at the session."""
        return self._session is not None and now_ns >= self._poll_ns

    def lead(self, running: TimeState, before: TimeSource | None) -> TimeState:
        """Lead, and tell so."""
        self._has_come = True
        return super().lead(running, before)

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """Look at the session. A bar begins with its beat 0."""
        if self._session is None:
            return running
        self._poll_ns = now_ns + POLL_NS
        moment = self._session.look()
        self._has_played |= moment.playing
        tempo = self._tempo(moment, running.tempo, now_ns)
        return TimeState(tempo, Bar(self._offset or 0, 0, self.meter), moment.playing or not self._has_played)

    def _tempo(self, moment: LinkMoment, running: Tempo, now_ns: int) -> Tempo:
        """The session's tempo, going on from the one that ran so far."""
        tick = round(moment.beat * TICKS_PER_BEAT)
        tempo = Tempo.of(moment.bpm)
        past_ns = round((moment.beat * TICKS_PER_BEAT - tick) * tempo.ns_of(1))
        tempo = Tempo(tempo.bpm, moment.at_ns - past_ns, tick + (self._offset or 0))
        ahead = tempo.tick_at(now_ns) - running.tick_at(now_ns)
        if self._offset is not None and ahead in (0, 1):
            return tempo
        self._offset = (self._offset or 0) - ahead  # a first look, or the session has jumped
        return Tempo(tempo.bpm, tempo.anchor_ns, tempo.anchor_tick - ahead)

    def take_bpm(self, bpm: float) -> bool:
        """Propose a tempo to all peers."""
        if self._session is None:
            return False
        self._session.set_bpm(bpm)
        return True

    def lines(self, leader: TimeSource, tempo: Tempo) -> list[str]:
        """The tempo of a session that has just been joined."""
        has_come, self._has_come = self._has_come, False
        return [f"Ableton Link: {bpm_text(tempo)}"] if has_come else []
