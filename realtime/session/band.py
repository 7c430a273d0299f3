"""A band: several parts around one musician, each with a role, on one port, a channel each. Pure; I/O process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midi.errors import InputError
from realtime.messages import ParameterChange
from realtime.roles import LEADER, OWN, ROLES, Role, channel_of, role_of
from realtime.session.voice_routing import COMMON
from realtime.settings import ACCOMPANY, REPLY, Settings


@dataclass(frozen=True, slots=True)
class Band:
    """The routing of one musician to several parts: all hear them, and those of one kind hear each other.

    Raises:
        InputError: there is no such part, one is named twice, or there is none.
    """

    names: tuple[str, ...]
    """In the order of ROLES, whatever the order they were given in: the first leads."""

    def __post_init__(self) -> None:
        named = ",".join(self.names)
        if not self.names or any(name not in ROLES for name in self.names):
            raise InputError(f"--parts {named!r} is not understood: it takes some of {', '.join(ROLES)}")
        if len(set(self.names)) < len(self.names):
            raise InputError(f"--parts {named} has a part twice: name each once")
        object.__setattr__(self, "names", tuple(name for name in ROLES if name in self.names))

    @classmethod
    def of(cls, text: str) -> "Band":
        """The parts named by a word such as `lead,bass`."""
        return cls(tuple(name.strip() for name in text.split(",")))

    @property
    def roles(self) -> Sequence[Role]:
        """The role of each part."""
        return [ROLES[name] for name in self.names]

    @property
    def voices(self) -> int:
        """One musician."""
        return 1

    @property
    def parts(self) -> int:
        """The number of parts."""
        return len(self.names)

    @property
    def ports(self) -> int:
        """All share theirs."""
        return 1

    def lines(self, settings: Sequence[Settings]) -> list[str]:
        """A line for each part."""
        return [f"  {each.part} on {_channel_text(channel_of(each))}{_pads_text(each)}" for each in settings]

    @property
    def is_by_channel(self) -> bool:
        """Nobody is told apart: there is one musician."""
        return False

    def voice(self, place: int, channel: int) -> int:  # noqa: ARG002 - all is one musician's
        """The only musician."""
        return 0

    def owner(self, voice: int) -> int:  # noqa: ARG002 - there is one musician
        """The leader, as one part is enough to pass a message on."""
        return LEADER

    def listeners(self, voice: int, channel: int) -> Sequence[int]:  # noqa: ARG002 - there is one musician
        """The parts whose roles hear a channel: pads are a drummer's; where none does, it was asked for, by all."""
        parts = [part for part, role in enumerate(self.roles) if channel in role.hears]
        return parts or range(self.parts)

    def overhearing(self, part: int) -> Sequence[int]:
        """The other parts of its kind: a drummer takes no pitches in, and nobody a drummer's strokes."""
        kind = self.roles[part].kind
        return [other for other, role in enumerate(self.roles) if other != part and role.kind is kind]

    def settings(self, asked: Settings) -> tuple[Settings, ...]:
        """Those of each part: a random seed of its own, and its role's values where others are not asked of it alone.

        What is asked of all and the role sets is the lead's; of a part that plays alone, it is that part's.
        """
        return tuple(self._settings(part, asked) for part in range(self.parts))

    def _settings(self, part: int, asked: Settings) -> Settings:
        own: dict[str, Any] = {name: None for name in OWN if self._keeps(part, name)}
        return replace(
            asked,
            part=self.names[part],
            mode=self._mode(part, asked.mode),
            rng_seed=(asked.seed + part) % 2**63,
            thru=asked.thru and part == LEADER,
            **own,
        )

    def changing(self, name: str, part: int | None = None) -> Sequence[int]:
        """The parts, from 0, that a parameter or an action concerns while playing.

        Raises:
            InputError: there is no such part, each has a value of its own, or one value is for all.
        """
        if name == "thru":
            return (LEADER,)
        if part is None:
            return [index for index in range(self.parts) if not self._keeps(index, name)] or self._unnamed(name)
        if not 0 <= part < self.parts:
            raise InputError(f"there is no part {part + 1}: they are {self._numbered}")
        if self.parts > 1 and name in COMMON:
            raise InputError(f"{name} is the same for all parts: leave out the part")
        return (part,)

    def changes(self, change: ParameterChange) -> Mapping[int, ParameterChange]:
        """The parts that a change concerns, each with its value: in reply mode not all reply, unless each is asked."""
        parts = self.changing(change.name, change.part)
        if change.name != "mode" or change.part is not None:
            return dict.fromkeys(parts, change)
        return {part: change._replace(value=self._mode(part, str(change.value))) for part in parts}

    def _mode(self, part: int, asked: str) -> str:
        """The mode of a part, where one is asked of all: who does not reply plays along."""
        replies = part == LEADER and self.roles[part].replies
        return ACCOMPANY if asked == REPLY and not replies else asked

    def _keeps(self, part: int, name: str) -> bool:
        """Whether a part keeps its role's value of a parameter, unless it is addressed."""
        return self.parts > 1 and self.roles[part].sets(name)

    def _unnamed(self, name: str) -> Sequence[int]:
        raise InputError(f"{name} is each part's own: say whose, as in {self.names[0]} {name} VALUE")

    @property
    def _numbered(self) -> str:
        return ", ".join(f"{number} {name}" for number, name in enumerate(self.names, 1))


def _channel_text(channel: int | None) -> str:
    return "the channel that you play on" if channel is None else f"channel {channel + 1}"


def _pads_text(settings: Settings) -> str:
    return "; it hears your pads on channel 10" if role_of(settings).is_drums else ""
