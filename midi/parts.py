"""A part: one player's line, with its channel, its kind and who plays it. Core: no I/O.

Its one rule: a part's kind is said, never read off its channel; `kind_of_channel` alone infers one, where nothing is
said.
"""

from dataclasses import dataclass
from enum import StrEnum

from midi.notes import DRUM_CHANNEL

CHANNELS = 16
"""MIDI channels of a port."""


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
