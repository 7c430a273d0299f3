"""A part: one player's line, with its channel, its kind and who plays it; and sets of channels. Core: no I/O.

Its one rule: a part's kind is said, never read off its channel; `kind_of_channel` alone infers one, where nothing is
said.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from midi.notes import DRUM_CHANNEL

CHANNELS = 16
"""MIDI channels of a port."""
_RANGE = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")


class Kind(StrEnum):
    """A part's material: pitches, percussion instruments, or the beat that it counts."""

    MELODIC = "melodic"
    DRUMS = "drums"
    CLICK = "click"


class Player(StrEnum):
    """A part's player."""

    HUMAN = "human"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class PartSpec:
    """A part as it is set up. `id` is its own in a performance; `channel` is 0 to 15."""

    id: str
    channel: int
    kind: Kind
    player: Player


def kind_of_channel(channel: int) -> Kind:
    """The kind of a part of which only the channel is known: General MIDI has drums on channel 10 (of each port)."""
    return Kind.DRUMS if channel % CHANNELS == DRUM_CHANNEL else Kind.MELODIC


MELODIC_CHANNELS = tuple(channel for channel in range(CHANNELS) if kind_of_channel(channel) is Kind.MELODIC)
"""The channels of a port on which a part is melodic unless it is said otherwise, counted from 0."""


def channels_of(text: str) -> frozenset[int]:
    """Read a set of channels.

    Raises:
        ValueError: this is none, or a channel is not one of 1 to 16.
    """
    channels: set[int] = set()
    for part in text.split(","):
        written = _RANGE.fullmatch(part.strip())
        if written is None:
            raise ValueError(f"{text!r} is no set of MIDI channels")
        first = int(written[1])
        last = int(written[2] or first)
        if not 1 <= first <= last <= CHANNELS:
            raise ValueError(f"{text!r} is no set of MIDI channels")
        channels.update(range(first - 1, last))
    return frozenset(channels)


def channels_text(channels: frozenset[int]) -> str:
    """Write a set of channels, as shortly as it can be said."""
    runs: list[list[int]] = []
    for channel in sorted(channels):
        if runs and runs[-1][-1] == channel - 1:
            runs[-1].append(channel)
        else:
            runs.append([channel])
    return ",".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}-{run[-1] + 1}" for run in runs)
