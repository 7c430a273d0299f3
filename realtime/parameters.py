"""A parameter: its name, range, unit, default and meaning. Flags, live changes and pages are made from it.

The parameters themselves are the fields of `realtime.settings.Settings`, each declared by `parameter`. No I/O.
"""

import math
from collections.abc import Callable
from dataclasses import Field, dataclass, field, fields
from typing import Any

from midi.errors import InputError
from midi.names import PITCH_NAMES, pitches_of
from midi.parts import channels_of, channels_text

Value = float | int | bool | str | None
CHANNELS = "channels such as 1-9,11"
SWITCH = {"on": True, "off": False}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table.

    `kind`: float, int, bool or str. `low`, `high`: the least and greatest number. `choices`: the words allowed.
    `unset`: what it means that there is no value, if there need not be one; said as "auto". `live`: whether it can
    change while playing. `is_pitch`: a MIDI note number, which can be given by name (C4). `is_channels`: a set of MIDI
    channels as text (`1-9,11`), kept as shortly as it can be said.
    """

    name: str
    kind: type
    default: Value
    meaning: str
    group: str
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    choices: tuple[str, ...] = ()
    unset: str = ""
    live: bool = True
    is_pitch: bool = False
    is_channels: bool = False

    @property
    def range(self) -> str:
        """The values it takes, for people to read."""
        allowed = self.choices or tuple(SWITCH if self.kind is bool else ())
        told = (
            "|".join(allowed)
            if allowed
            else CHANNELS
            if self.is_channels
            else f"{shown_number(self.low)}-{shown_number(self.high)}"
        )
        return f"{told}|auto" if self.unset else told

    @property
    def flag(self) -> str:
        """Its flag on the command line."""
        return f"--{self.name}"

    def checked(self, value: Value) -> Value:
        """A value, if it is allowed.

        Raises:
            InputError: it is not; the message says what is.
        """
        if value is None and self.unset:
            return None
        if not self._fits(value):
            raise InputError(f"{self.flag} {value!r} is not allowed: it takes {self.range}")
        if self.is_channels:
            return self._channels(str(value))
        if isinstance(value, int | float) and not self.low <= value <= self.high:  # also refuses NaN
            allowed = f"{shown_number(self.low)} to {shown_number(self.high)}"
            raise InputError(f"{self.flag} {shown_number(value)} is out of range: it takes {allowed}")
        return float(value) if self.kind is float and isinstance(value, int) else value

    def _channels(self, text: str) -> str:
        """Channels as text, as shortly as they can be said."""
        try:
            return channels_text(channels_of(text))
        except ValueError:
            raise self._not_understood(text) from None

    def _not_understood(self, word: str) -> InputError:
        return InputError(f"{self.flag} {word!r} is not understood: it takes {self.range}")

    def _fits(self, value: Value) -> bool:
        """Whether a value is of the parameter's kind, or one of its choices; True and False are no numbers."""
        if self.choices:
            return value in self.choices
        if self.kind is bool or isinstance(value, bool):
            return self.kind is type(value)
        return isinstance(value, int | float if self.kind is float else self.kind)

    def parse(self, text: str) -> Value:
        """The value that a word means, as typed after the flag or while playing.

        Raises:
            InputError: it means none, or one that is not allowed.
        """
        word = text.strip()
        if self.unset and word == "auto":
            return None
        if self.choices:
            return self.checked(word)
        try:
            return self.checked(self._read(word))
        except (ValueError, KeyError):
            raise self._not_understood(word) from None

    def _read(self, word: str) -> Value:
        """A value of a word; raises ValueError or KeyError if it is none."""
        read: Callable[[str], Value] = self.kind
        if self.kind is bool:
            read = _switch
        elif self.is_pitch:
            read = _pitch
        return read(word)

    def text(self, value: Value) -> str:
        """A value as it would be typed."""
        if value is None:
            return "auto"
        if self.kind is bool:
            return "on" if value else "off"
        if self.is_pitch:
            return PITCH_NAMES[int(value)]
        return shown_number(value) if isinstance(value, float) else str(value)


def shown_number(number: float) -> str:
    """A number for people to read: whole ones with all their digits."""
    return f"{number:g}" if isinstance(number, float) else str(number)


def _switch(word: str) -> bool:
    return SWITCH[word.lower()]


def _pitch(word: str) -> int:
    if word.isdecimal():
        return int(word)
    (pitch,) = pitches_of(word)
    return pitch


def parameter(default: Value, meaning: str, group: str, kind: type | None = None, **more: Any) -> Any:
    """A field of Settings. Without `kind`, that of the default; `more`: see Parameter."""
    return field(default=default, metadata={"kind": kind or type(default), "meaning": meaning, "group": group, **more})


def table_of(settings: type) -> dict[str, Parameter]:
    """The parameters of a dataclass, by name, in order."""
    return {row.name: row for row in map(_row, fields(settings))}


def _row(one: "Field[Any]") -> Parameter:
    default: Any = one.default
    return Parameter(one.name.replace("_", "-"), default=default, **one.metadata)
