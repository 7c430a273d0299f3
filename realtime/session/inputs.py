"""The inputs of a performance by their names, and what each is for. Pure."""

from dataclasses import dataclass


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
