"""The channels that play drums: those of General MIDI 1, and what GM2, GS and XG messages make of the others. Pure.

Channels count from 0; those of a file's further ports follow, 16 to each.
"""

from dataclasses import dataclass, field

from midi.events import Event
from midi.message import CONTROL_CHANGE, PROGRAM_CHANGE, SYSEX
from midi.notes import DRUM_CHANNEL
from midi.parts import CHANNELS, Kind, kind_of_channel

BANK_SELECT = 0
GM, GS, XG = "GM", "GS", "XG"

BANKS: dict[str, dict[int, bool]] = {
    GM: {120: True, 121: False, 126: True, 127: True},
    GS: {},
    XG: {126: True, 127: True, 0: False, 64: False},
}
"""Whether a bank (Bank Select MSB) is of drums; one that is not listed changes nothing.

GM2: 120 rhythm, 121 melody. XG: 126 and 127 kits, 0 and 64 voices; files for XG that never say so are common, so that
its kits count unless GS was asked for. In GS a bank is a variation: 127 is the older CM-64's sounds.
"""


@dataclass(slots=True)
class DrumChannels:
    """Follows the messages of a file, in order of time."""

    _system: str = GM
    _said: dict[int, bool] = field(default_factory=dict)
    """Channels that a message made drums (True) or pitches (False); for the others the default holds."""
    _banks: dict[int, int] = field(default_factory=dict)

    def __contains__(self, channel: int) -> bool:
        """Whether what is struck on this channel now is a drum."""
        return self._said.get(channel, kind_of_channel(channel) is Kind.DRUMS)

    def take(self, event: Event, channel: int) -> None:
        """Take an event; of a SysEx, the channel tells the port. A bank holds from the next program change on."""
        kind = event.status & 0xF0
        if event.status == SYSEX:
            self._sysex(event.data, channel // CHANNELS)
        elif kind == CONTROL_CHANGE and event.data[0] == BANK_SELECT:
            self._banks[channel] = event.data[1]
        elif kind == PROGRAM_CHANGE:
            is_drums = BANKS[self._system].get(self._banks.get(channel, -1))
            if is_drums is not None:
                self._said[channel] = is_drums

    def _sysex(self, data: bytes, port: int) -> None:
        match tuple(data):
            case (0x7E, _, 0x09, 0x01 | 0x03, *_):  # GM System On, GM2 System On
                self._reset(GM)
            case (0x41, _, 0x42, 0x12, 0x40, 0x00, 0x7F, 0x00, *_):  # GS Reset
                self._reset(GS)
            case (0x43, _, 0x4C, 0x00, 0x00, 0x7E, 0x00, *_):  # XG System On
                self._reset(XG)
            case (0x41, _, 0x42, 0x12, 0x40, part, 0x15, mode, *_) if 0x10 <= part <= 0x1F:  # GS: use for rhythm part
                self._system = GS
                self._say(port, _gs_channel(part & 0x0F), is_drums=mode > 0)
            case (0x43, _, 0x4C, 0x08, part, 0x07, mode, *_):  # XG: part mode
                self._system = XG
                self._say(port, part, is_drums=mode > 0)
            case _:
                pass

    def _reset(self, system: str) -> None:
        self._system = system
        self._said.clear()
        self._banks.clear()

    def _say(self, port: int, channel: int, *, is_drums: bool) -> None:
        self._said[port * CHANNELS + channel % CHANNELS] = is_drums


def _gs_channel(part: int) -> int:
    """GS numbers its parts 10, 1 to 9, 11 to 16: channel 10 is part 0."""
    if part == 0:
        return DRUM_CHANNEL
    return part - 1 if part <= DRUM_CHANNEL else part
