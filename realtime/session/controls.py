"""The values of parameters while it plays, of each part: the one place where they stand and change. Pure.

Its one rule: a value is typed. Text is parsed once, where it comes in, by the table in `realtime.settings`.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from realtime.messages import ParameterChange
from realtime.parameters import Value
from realtime.session.routing import Routing
from realtime.settings import FOLLOW_ALL, FOLLOWED, Settings, live_parameter

TAP = "tap"
PANIC = "panic"

ACTIONS: dict[str, str] = {
    TAP: "four times or more, at your beat: sets the tempo and where the beats fall",
    PANIC: "silences everything at once, on every channel used; it plays again from your next note",
}
"""Words that can be typed while playing, beside changes of parameters; with what each means, for people."""


class Action(NamedTuple):
    """A surface asks for one of ACTIONS."""

    name: str
    at_ns: int
    """When it was asked for."""
    part: int | None = None
    """The musician whom it concerns, from 0; None: everybody."""


Request = ParameterChange | Action
"""Whatever a surface can ask for."""


def parse_changes(name: str, value: Value, part: int | None = None) -> list[ParameterChange]:
    """The changes that a name and a value ask for: a word as typed, or a typed value. FOLLOW_ALL asks for several.

    Raises:
        InputError: there is no such parameter, it cannot change any more, or it does not take this value.
    """
    return [_parsed_change(each, value, part) for each in (FOLLOWED if name == FOLLOW_ALL else (name,))]


def _parsed_change(name: str, value: Value, part: int | None) -> ParameterChange:
    parameter = live_parameter(name)
    return ParameterChange(name, parameter.parse(value) if isinstance(value, str) else parameter.checked(value), part)


class Controls:
    """Settings of each part, and the rules by which they change."""

    def __init__(self, settings: Sequence[Settings], routing: Routing) -> None:
        """Take the settings of each part at the start."""
        self._settings = list(settings)
        self._routing = routing

    @property
    def settings(self) -> Sequence[Settings]:
        """The settings of each part now."""
        return self._settings

    @property
    def names(self) -> Sequence[str]:
        """The name of each part, where parts have names."""
        return self._routing.names

    def changes(self, change: ParameterChange) -> Mapping[int, tuple[ParameterChange, Settings]]:
        """The parts that a change concerns, each with what changes for it and what its settings would be.

        Raises:
            InputError: no such part or parameter, a value out of range, or a parameter that all parts share.
        """
        return {
            part: (own, self._settings[part].changed(own.name, own.value))
            for part, own in self._routing.changes(change).items()
        }

    def set(self, part: int, settings: Settings) -> None:
        """Let a part's settings be these from now on."""
        self._settings[part] = settings
