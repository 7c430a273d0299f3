"""Messages between the two processes: small values, packed by one table, never pickled.

Times are ns of the machine's monotonic clock, which both processes share. Of several musicians each has an engine:
with a message goes whose it is, the place of the `voice` among them from 0. The pipe keeps order, and two rules rest
on that: a note-on that was sent is reported before any human note that came after it; and before a human note-on comes
what it cancelled, with the new `epoch`, which tells whether a proposal was made knowing the human's latest note.
"""

from struct import Struct
from typing import Any, NamedTuple, Protocol

from midi.pedal import ALL_NOTES_OFF, ALL_SOUND_OFF, LAST_MODE_MESSAGE
from realtime.parameters import Value
from realtime.settings import PARAMETERS

NOTE_OFF = 0x80
NOTE_ON = 0x90
CONTROL_CHANGE = 0xB0
CHANNEL_PRESSURE = 0xD0
PITCH_BEND = 0xE0

CHANNEL_MESSAGE_BYTES = {0x80: 3, 0x90: 3, 0xA0: 3, 0xB0: 3, 0xC0: 2, 0xD0: 2, 0xE0: 3}
"""Length of each channel message by its kind (MIDI 1.0)."""


def ends_notes(data: bytes) -> bool:
    """Whether this is a mode message that ends the notes of its channel (MIDI 1.0, Channel Mode Messages)."""
    return data[0] & 0xF0 == CONTROL_CHANGE and (
        data[1] == ALL_SOUND_OFF or ALL_NOTES_OFF <= data[1] <= LAST_MODE_MESSAGE
    )


def is_channel_message(data: bytes) -> bool:
    """Whether these bytes are one whole channel message; a driver, or another program, may send anything."""
    return bool(data) and len(data) == CHANNEL_MESSAGE_BYTES.get(data[0] & 0xF0) and max(data[1:]) < 0x80


NO_BEAT = -1


class Played(NamedTuple):
    """I/O to engine: the human played this channel message."""

    at_ns: int
    status: int
    data1: int
    data2: int

    @classmethod
    def of(cls, data: bytes, at_ns: int) -> "Played":
        """A whole channel message of two or three bytes."""
        return cls(at_ns, data[0], data[1], data[2] if len(data) > 2 else 0)

    @property
    def is_note_on(self) -> bool:
        """A note-on with velocity 0 is a note-off (MIDI 1.0)."""
        return self.status & 0xF0 == NOTE_ON and self.data2 > 0

    @property
    def is_note_off(self) -> bool:
        """Either of the two ways to say it."""
        return self.status & 0xF0 == NOTE_OFF or (self.status & 0xF0 == NOTE_ON and self.data2 == 0)

    @property
    def is_control(self) -> bool:
        """A pedal, another controller, or a mode message."""
        return self.status & 0xF0 == CONTROL_CHANGE


class Panicked(NamedTuple):
    """I/O to engine: the human wants silence: nothing is planned until they play, or ask for a mode."""


class Sent(NamedTuple):
    """I/O to engine: the proposal's note-on went out; it is a fact now."""

    note_id: int
    at_ns: int


class Released(NamedTuple):
    """I/O to engine: a note was released before its time, when it had sounded so long."""

    note_id: int
    sounded_ns: int


class Dropped(NamedTuple):
    """I/O to engine: the proposal was left out, and will not sound."""

    note_id: int


class Cancelled(NamedTuple):
    """I/O to engine: an epoch begins, and of what was proposed nothing is left but the notes up to `last_id`.

    Those after it are void, also if they are still on their way to the I/O process.
    """

    epoch: int
    last_id: int


class HistoryNote(NamedTuple):
    """I/O to a new engine: a note of this performance from before it began. off_ns is 0 while the key is down."""

    on_ns: int
    off_ns: int
    pitch: int
    velocity: int
    channel: int
    human: bool


class ListenFrom(NamedTuple):
    """I/O to a new engine, after the past: listen from here, at this epoch; play nothing before tick `starts_at`."""

    epoch: int
    starts_at: int = 0


class CountedIn(NamedTuple):
    """I/O to engine: a count-in goes on until tick `starts_at`, and nothing of the answer comes before it."""

    starts_at: int


class TransportState(NamedTuple):
    """I/O to engine: how time runs from now on, and where in a bar it stands.

    `meter` is an index of midi.meter.METERS, or UNKNOWN_METER; `position` ticks of a bar are over at `bar_tick`.
    """

    bpm: float
    anchor_ns: int
    anchor_tick: int
    meter: int
    bar_tick: int
    position: int
    rolling: bool
    """False: the transport that time is taken from stands still."""
    is_free: bool
    """Whether the human's own beat may set the tempo."""
    beat: int = NO_BEAT
    """Ticks from tick 0 to the first beat, for when bars are not known; NO_BEAT: nobody knows."""


class ParameterChange(NamedTuple):
    """A parameter takes another value: asked for by a surface, and passed on by I/O to the engine."""

    name: str
    """In the table of parameters (realtime.settings)."""
    value: Value
    part: int | None = None
    """The musician whose it is, from 0; None: everybody's or, to an engine, its own."""


class Ping(NamedTuple):
    """I/O to engine: are you there?"""

    serial: int


class Quit(NamedTuple):
    """I/O to engine: the performance is over."""


class Ready(NamedTuple):
    """Engine to I/O: the model is loaded and warm."""

    on_cuda: bool


class Proposal(NamedTuple):
    """Engine to I/O: sound this note, unless the human plays first.

    In musical time: it moves with the tempo until it sounds. `shift_ns` is how much later it is meant, or earlier.
    """

    note_id: int
    epoch: int
    onset: int
    end: int
    shift_ns: int
    pitch: int
    velocity: int
    channel: int


class AnswerEnd(NamedTuple):
    """Engine to I/O: every note of the answer has been proposed; the last one ends at tick `end`."""

    epoch: int
    end: int


class TempoEstimate(NamedTuple):
    """Engine to I/O: the beat that the human plays."""

    bpm: float
    anchor_ns: int
    anchor_tick: int


class Pong(NamedTuple):
    """Engine to I/O: I am here."""

    serial: int


class Failed(NamedTuple):
    """Engine to I/O: it cannot start. `text` is UTF-8 for the user, `exit_code` the CLI's."""

    exit_code: int
    text: bytes


ToEngine = (
    Played
    | Panicked
    | Sent
    | Released
    | Dropped
    | Cancelled
    | HistoryNote
    | ListenFrom
    | CountedIn
    | TransportState
    | ParameterChange
    | Ping
    | Quit
)
FromEngine = Ready | Proposal | AnswerEnd | TempoEstimate | Pong | Failed
Message = ToEngine | FromEngine

TEXT_BYTES = 1000


class _Layout(Protocol):
    """Packer of a message's fields to bytes, and reader of them back."""

    def pack(self, *fields: Any) -> bytes:
        """Pack the fields."""

    def unpack(self, data: bytes, /) -> tuple[Any, ...]:
        """Read the fields."""


class _ChangeLayout:
    """A parameter by its row in the table, whose kind says how its value is packed; text is UTF-8, to the end."""

    _HEAD = Struct("<Bb?")
    _NUMBERS = {float: Struct("<d"), int: Struct("<q"), bool: Struct("<?")}
    _ROWS = list(PARAMETERS.values())
    _EVERYBODY = -1

    def pack(self, name: str, value: Value, part: int | None) -> bytes:
        """Pack a row, a part, and the value if there is one."""
        row = PARAMETERS[name]
        place = self._EVERYBODY if part is None else part
        head = self._HEAD.pack(self._ROWS.index(row), place, value is not None)
        if value is None:
            return head
        return head + (value.encode() if isinstance(value, str) else self._NUMBERS[row.kind].pack(value))

    def unpack(self, data: bytes, /) -> tuple[str, Value, int | None]:
        """Read a name, a value and a part."""
        number, place, has_value = self._HEAD.unpack_from(data)
        row, packed = self._ROWS[number], data[self._HEAD.size :]
        part = None if place == self._EVERYBODY else place
        if not has_value:
            return row.name, None, part
        return row.name, packed.decode() if row.kind is str else self._NUMBERS[row.kind].unpack(packed)[0], part


_LAYOUTS: dict[type, _Layout] = {
    Played: Struct("<qBBB"),
    Panicked: Struct("<"),
    Sent: Struct("<qq"),
    Released: Struct("<qq"),
    Dropped: Struct("<q"),
    Cancelled: Struct("<qq"),
    HistoryNote: Struct("<qqBBB?"),
    ListenFrom: Struct("<qq"),
    CountedIn: Struct("<q"),
    Ping: Struct("<q"),
    Quit: Struct("<"),
    Ready: Struct("<?"),
    TransportState: Struct("<dqqbqq??b"),
    ParameterChange: _ChangeLayout(),
    Proposal: Struct("<qqqqqBBB"),
    AnswerEnd: Struct("<qq"),
    TempoEstimate: Struct("<dqq"),
    Pong: Struct("<q"),
    Failed: Struct(f"<i{TEXT_BYTES}s"),
}
_CODES = {kind: code for code, kind in enumerate(_LAYOUTS)}
_KINDS = list(_LAYOUTS.items())


def pack(message: Message, voice: int = 0) -> bytes:
    """A message as bytes: the musician whom it concerns (0 to 255), its code, then its fields."""
    kind = type(message)
    return bytes((voice, _CODES[kind])) + _LAYOUTS[kind].pack(*message)


def unpack(data: bytes) -> tuple[int, Message]:
    """The voice and the message that `pack` packed."""
    kind, layout = _KINDS[data[1]]
    message: Message = kind(*layout.unpack(data[2:]))
    return data[0], message
