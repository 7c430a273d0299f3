"""Active sensing (MIDI 1.0): an input that says every 300 ms that it is there, and then does not, is gone. Pure.

Its one rule: who never sent it is never missed.
"""

from dataclasses import dataclass, field

from midi.nanoseconds import NS_PER_MS

ACTIVE_SENSING = b"\xfe"
SILENT_NS = 330 * NS_PER_MS
"""300 ms by MIDI 1.0, and a tenth more that its senders are allowed."""


@dataclass(slots=True)
class ActiveSensing:
    """Watches the inputs of a performance."""

    _latest_ns: dict[str, int] = field(default_factory=dict)
    """When anything came last, of the inputs that send it; by their names."""

    def take(self, port: str, data: bytes, at_ns: int) -> None:
        """Anything came to an input."""
        if data == ACTIVE_SENSING or port in self._latest_ns:
            self._latest_ns[port] = at_ns

    def fallen_silent(self, now_ns: int) -> list[str]:
        """The names of inputs that are silent since too long; each once, until it sends it again."""
        silent = [port for port, at_ns in self._latest_ns.items() if now_ns - at_ns > SILENT_NS]
        for port in silent:
            del self._latest_ns[port]
        return silent
