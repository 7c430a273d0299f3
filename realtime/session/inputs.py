"""The inputs of a performance by their names: what each is for, and whether it is still there. Pure."""

from dataclasses import dataclass, field

from midi.nanoseconds import NS_PER_MS

ACTIVE_SENSING = b"\xfe"
SILENT_NS = 330 * NS_PER_MS
"""300 ms by MIDI 1.0, and a tenth more that its senders are allowed."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inputs to be told apart; of one that is not named here, all that comes in counts as the first voice's.

    `names`: those that musicians play at; where voices are told apart by port, the first is the first voice's.
    `clock`: the one whose clock and transport count, as the same clock may come to all; None: whichever they come to.
    `is_clock_only`: whether nothing else of it counts.
    """

    names: tuple[str, ...] = ()
    clock: str | None = None
    is_clock_only: bool = False

    def gives_time(self, name: str) -> bool:
        """Whether the clock and transport of an input count."""
        return self.clock is None or name == self.clock

    def is_played(self, name: str) -> bool:
        """Whether what is played at an input counts."""
        return not (self.is_clock_only and name == self.clock)

    def number(self, name: str) -> int:
        """The place of an input among those that musicians play at, from 0."""
        return self.names.index(name) if name in self.names else 0


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
