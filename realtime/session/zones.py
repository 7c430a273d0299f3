"""MPE keyboards, live: a channel for each note, so that each can be bent; all of them are one player. Pure.

Its one rule: what is played on a zone's channels counts as played on its master's.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from midi.message import CHANNEL_PRESSURE, CONTROL_CHANGE, PITCH_BEND, is_note_on
from midi.mpe import LOWER_MASTER, ConfiguredZones
from midi.nanoseconds import NS_PER_MS
from realtime.session.doubles import DOUBLE_NS

TIMBRE = 74
"""The third dimension of MPE 1.0, beside bend and pressure."""
INITIAL_NS = 10 * NS_PER_MS
"""An MPE sender says bend, timbre or pressure of a note's channel just before the note (MPE 1.0, 2.4)."""
MEMBERS = frozenset(range(1, 16))
"""Member channels of a lower zone that was never configured: a keyboard may have said so before we listened."""


@dataclass(slots=True)
class _Seen:
    """A record of what an input sent: the zones it has set up, and when each channel was shaped last."""

    configured: ConfiguredZones = field(default_factory=ConfiguredZones)
    shaped_ns: dict[int, int] = field(default_factory=dict)
    latest: tuple[int, int, int] | None = None
    """The latest note that was shaped in advance: its channel, pitch and time."""
    is_zone: bool = False


@dataclass(slots=True)
class Zones:
    """The zones of the inputs of a performance, by their names."""

    may_guess: bool = True
    """Whether a zone that was never set up is to be noticed; not where each channel is a musician's own."""
    _seen: defaultdict[str, _Seen] = field(default_factory=lambda: defaultdict(_Seen))

    def take(self, port: str, data: bytes, at_ns: int) -> None:
        """Any channel message; before its channel is asked for."""
        seen, channel = self._seen[port], data[0] & 0x0F
        if data[0] & 0xF0 == CONTROL_CHANGE:
            seen.configured.control(channel, data[1], data[2])
        if data[0] & 0xF0 in (PITCH_BEND, CHANNEL_PRESSURE) or (data[0] & 0xF0, data[1]) == (CONTROL_CHANGE, TIMBRE):
            seen.shaped_ns[channel] = at_ns
        elif is_note_on(data) and self.may_guess and not seen.is_zone:
            self._guess(seen, channel, data[1], at_ns)

    def _guess(self, seen: _Seen, channel: int, pitch: int, at_ns: int) -> None:
        """Two keys in turn, each shaped in advance on a channel of its own, are an MPE keyboard's."""
        shaped_ns = seen.shaped_ns.get(channel)
        if channel not in MEMBERS or shaped_ns is None or at_ns - shaped_ns > INITIAL_NS:
            seen.latest = None
            return
        if seen.latest is not None:
            other, other_pitch, other_ns = seen.latest
            is_layer = pitch == other_pitch and at_ns - other_ns <= DOUBLE_NS
            seen.is_zone = other != channel and not is_layer
        seen.latest = channel, pitch, at_ns

    def channel(self, port: str, channel: int) -> int:
        """The channel that counts for one that was played on."""
        seen = self._seen.get(port)
        if seen is None:
            return channel
        if seen.is_zone and not seen.configured.masters:
            return LOWER_MASTER if channel in MEMBERS else channel
        return seen.configured.masters.get(channel, channel)

    def is_zone(self, port: str) -> bool:
        """Whether an input is an MPE keyboard's."""
        seen = self._seen.get(port)
        return seen is not None and (seen.is_zone or bool(seen.configured.masters))

    def members(self, port: str, channel: int) -> list[int]:
        """The channels for which a message on one counts: a zone's all, where it is the master's; else itself alone."""
        return [one for one in range(16) if one == channel or self.channel(port, one) == channel]
