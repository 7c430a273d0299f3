"""A routing: whose what comes in is, which parts hear it, and which parts a change concerns. Pure; I/O process."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from realtime.messages import ParameterChange
from realtime.settings import Settings


class Routing(Protocol):
    """Musicians and parts, numbered from 0, and the ways between them."""

    @property
    def voices(self) -> int:
        """The number of musicians."""

    @property
    def parts(self) -> int:
        """The number of parts."""

    @property
    def names(self) -> Sequence[str]:
        """The name of each part, where parts have names."""

    @property
    def ports(self) -> int:
        """The number of inputs, and of outputs."""

    def lines(self, settings: Sequence[Settings]) -> list[str]:
        """Lines that tell people who plays where, by the settings of each part; none where there is nothing to tell."""

    @property
    def is_by_channel(self) -> bool:
        """Whether several musicians are told apart by their channels."""

    def voice(self, place: int, channel: int) -> int | None:
        """The musician of a message, by the place of its input and its channel, both from 0; None: nobody's."""

    def owner(self, voice: int) -> int:
        """The part that passes on what a musician plays."""

    def listeners(self, voice: int, channel: int) -> Sequence[int]:
        """The parts that hear what a musician plays on a channel."""

    def overhearing(self, part: int) -> Sequence[int]:
        """The other parts that hear what a part plays."""

    def settings(self, asked: Settings) -> tuple[Settings, ...]:
        """Those of each part at the start.

        Raises:
            InputError: they cannot all be as asked for.
        """

    def changing(self, name: str, part: int | None = None) -> Sequence[int]:
        """The parts that a parameter or an action concerns while playing; `part`: it is meant for that one only.

        Raises:
            InputError: there is no such part, or it cannot be for this one, or for all.
        """

    def changes(self, change: ParameterChange) -> Mapping[int, ParameterChange]:
        """The parts that a change concerns, each with what changes for it.

        Raises:
            InputError: as `changing` says.
        """
