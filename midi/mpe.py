"""MPE: one player whose notes have a channel each, so that each can be bent. Pure.

The zone's channels are one part, on its master's channel; channel 10 among them is no drum kit.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from midi.events import Event
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, PROGRAM_CHANGE

LOWER_MASTER, UPPER_MASTER = 0, 15
DATA_ENTRY, RPN_LSB, RPN_MSB = 6, 100, 101
CONFIGURATION = (0, 6)
"""The registered parameter (MSB, LSB) that sets how many channels a zone has (MPE 1.0: MPE Configuration Message)."""
FEWEST_ROTATED = 6
SHARE_ROTATED = 0.9
"""Without that message, this says MPE: so many channels or more, without a program of their own, never two keys down on
one, and of all notes this share on the channel after that of the note before, round and round."""


def zone_channels(events: Sequence[Event]) -> dict[int, int]:
    """The channel to read each zone channel of a track as: its master's. Empty where the track is no MPE."""
    return _configured(events) or _rotated(events)


@dataclass(slots=True)
class ConfiguredZones:
    """The zones that MPE Configuration Messages have set up so far; of no members, one is switched off."""

    masters: dict[int, int] = field(default_factory=dict)
    """The master of each member channel."""
    _parameters: dict[tuple[int, int], int] = field(default_factory=dict)

    def control(self, channel: int, number: int, value: int) -> None:
        """Take a controller."""
        if channel not in (LOWER_MASTER, UPPER_MASTER):
            return
        self._parameters[channel, number] = value
        selected = self._parameters.get((channel, RPN_MSB)), self._parameters.get((channel, RPN_LSB))
        if number == DATA_ENTRY and selected == CONFIGURATION:
            members = range(1, value + 1) if channel == LOWER_MASTER else range(15 - value, 15)
            others = {member: master for member, master in self.masters.items() if master != channel}
            self.masters = others | {member: channel for member in members if 0 <= member <= 15}


def _configured(events: Sequence[Event]) -> dict[int, int]:
    zones = ConfiguredZones()
    masters: dict[int, int] = {}
    for event in events:
        if event.status & 0xF0 == CONTROL_CHANGE:
            zones.control(event.status & 0x0F, *event.data)
            masters |= zones.masters
    return masters


def _rotated(events: Sequence[Event]) -> dict[int, int]:
    struck: list[int] = []
    down: dict[int, int] = {}
    for event in events:
        kind, channel = event.status & 0xF0, event.status & 0x0F
        if kind == PROGRAM_CHANGE and channel not in (LOWER_MASTER, UPPER_MASTER):
            return {}
        if kind == NOTE_ON and event.data[1]:
            if channel in down:
                return {}
            struck.append(channel)
            down[channel] = event.data[0]
        elif kind in (NOTE_ON, NOTE_OFF) and down.get(channel) == event.data[0]:
            del down[channel]
    used = sorted(set(struck))
    if len(used) < FEWEST_ROTATED:
        return {}
    following = dict(zip(used, [*used[1:], used[0]], strict=True))
    moves = sum(following[before] == after for before, after in pairwise(struck))
    return dict.fromkeys(used, LOWER_MASTER) if moves >= SHARE_ROTATED * (len(struck) - 1) else {}
