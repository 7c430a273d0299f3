"""The time that the engine knows of: it is told of what would make it plan otherwise, not of every pulse. Pure."""

from dataclasses import dataclass

from midi.meter import UNKNOWN_METER
from midi.tempo import Tempo
from realtime.messages import NO_BEAT, TransportState
from realtime.session.transport.transport import Transport
from realtime.settings import FOLLOW

ASIDE_NS = 500_000
"""A tempo is news that puts the next beats so much elsewhere than the one the engine knows."""
BEATS_AHEAD_TICKS = 96


@dataclass(slots=True)
class TimeReport:
    """One part's engine, and the state of the transport that it was told last."""

    transport: Transport
    leads: bool
    """Whether the beat that this part's musician plays may set the tempo."""
    known: TransportState | None = None
    _revision: int = -1

    def has_changed(self) -> bool:
        """Whether the transport has changed since the last call."""
        revision, self._revision = self._revision, self.transport.revision
        return self._revision != revision

    def state(self) -> TransportState:
        """The transport's state, as the engine is told of it."""
        tempo, bar = self.transport.tempo, self.transport.bar
        meter, bar_tick, position = (bar.meter, bar.tick, bar.position) if bar else (UNKNOWN_METER, 0, 0)
        is_free = self.transport.source == FOLLOW and self.leads
        time = (float(tempo.bpm), tempo.anchor_ns, tempo.anchor_tick)
        beat = NO_BEAT if self.transport.beat is None else self.transport.beat
        return TransportState(*time, meter, bar_tick, position, self.transport.rolling, is_free, beat)

    def stops(self, state: TransportState) -> bool:
        """Whether the transport stands still that ran, as far as the engine knows."""
        return self.known is not None and self.known.rolling and not state.rolling

    def is_news(self, state: TransportState, now_ns: int) -> bool:
        """Whether the engine would plan otherwise if it knew."""
        if self.known is None or self.known[3:] != state[3:]:
            return True
        known = Tempo.of(self.known.bpm, self.known.anchor_ns, self.known.anchor_tick)
        tempo = self.transport.tempo
        tick = tempo.tick_at(now_ns)
        return any(abs(known.ns_at(at) - tempo.ns_at(at)) > ASIDE_NS for at in (tick, tick + BEATS_AHEAD_TICKS))
