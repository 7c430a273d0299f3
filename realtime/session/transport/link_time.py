"""Performance time from an Ableton Link session: its beats are 24 ticks, numbered so that ticks never go back."""

from dataclasses import dataclass
from typing import Protocol

from midi.meter import Bar
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo

POLL_NS = 20_000_000


@dataclass(frozen=True, slots=True)
class LinkMoment:
    """A look at a session: at `at_ns` it stood at `beat`, which is a multiple of the quantum where a cycle begins."""

    at_ns: int
    beat: float
    bpm: float
    playing: bool
    peers: int


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


class LinkTime:
    """Maps a session's beats to ticks of the performance.

    `rolling`: False once somebody in the session has started it and it has been stopped. `poll_ns`: when to look next.
    """

    def __init__(self, session: LinkSession) -> None:
        self.session = session
        self.rolling = True
        self.poll_ns = 0
        self.peers = 0
        self._offset: int | None = None
        self._has_played = False

    def tempo(self, running: Tempo, now_ns: int) -> Tempo:
        """The tempo of the session at a moment, going on from the one that ran so far."""
        self.poll_ns = now_ns + POLL_NS
        moment = self.session.look()
        self._has_played |= moment.playing
        self.rolling = moment.playing or not self._has_played
        self.peers = moment.peers
        tick = round(moment.beat * TICKS_PER_BEAT)
        session_tempo = Tempo.of(moment.bpm)
        past = round((moment.beat * TICKS_PER_BEAT - tick) * session_tempo.ns_of(1))
        session_tempo = Tempo(session_tempo.bpm, moment.at_ns - past, tick + (self._offset or 0))
        ahead = session_tempo.tick_at(now_ns) - running.tick_at(now_ns)
        if self._offset is None or ahead < 0 or ahead > 1:  # a first look, or the session has jumped
            self._offset = (self._offset or 0) - ahead
            return Tempo(session_tempo.bpm, session_tempo.anchor_ns, session_tempo.anchor_tick - ahead)
        return session_tempo

    def bar(self, meter: int) -> Bar:
        """Bars of this meter: one begins with the session's beat 0."""
        return Bar(self._offset or 0, 0, meter)
