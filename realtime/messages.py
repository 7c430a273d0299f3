"""Messages between the two processes: small values, as plain tuples in Python's `marshal` form, never pickled.

Times are ns of the machine's monotonic clock, which both processes share. Of several musicians each has an engine:
with a message goes whose it is, the place of the `voice` among them from 0. The pipe keeps order, and two rules rest
on that: a note-on that was sent is reported before any human note that came after it; and before a human note-on comes
what it cancelled, with the new `epoch`, which tells whether a proposal was made knowing the human's latest note.
"""

import marshal
from typing import NamedTuple, get_args

from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from realtime.parameters import Value

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
    def channel(self) -> int:
        """Its channel, from 0."""
        return self.status & 0x0F

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


class Overheard(NamedTuple):
    """I/O to engine: another part plays a note, from its onset to the end that it is meant to have, in ticks.

    None: its end is not known.
    """

    onset: int
    end: int | None
    pitch: int
    velocity: int
    channel: int


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


class Proposal(NamedTuple):
    """Engine to I/O: sound this note, unless the human plays first.

    In musical time: it moves with the tempo until it sounds. `shift_ns` is how much later it is meant, or earlier;
    `pedal` the sustain pedal under it, a class of `midi.touch`, or None: it has no say.
    """

    note_id: int
    epoch: int
    onset: int
    end: int
    shift_ns: int
    pitch: int
    velocity: int
    channel: int
    pedal: int | None = None


class AnswerEnd(NamedTuple):
    """Engine to I/O: every note of the answer has been proposed; the last one ends at tick `end`."""

    epoch: int
    end: int


class TempoEstimate(NamedTuple):
    """Engine to I/O: the beat that the human plays."""

    bpm: float
    anchor_ns: int
    anchor_tick: int


class StyleEstimate(NamedTuple):
    """Engine to I/O: the style that the human is heard to play, one of `midi.tokens.STYLES`; it is another now."""

    style: str


class Pong(NamedTuple):
    """Engine to I/O: I am here."""

    serial: int


class Failed(NamedTuple):
    """Engine to I/O: it cannot start. `text` is for the user, `exit_code` the CLI's."""

    exit_code: int
    text: str


ToEngine = (
    Played
    | Panicked
    | Sent
    | Released
    | Dropped
    | Cancelled
    | Overheard
    | HistoryNote
    | ListenFrom
    | CountedIn
    | TransportState
    | ParameterChange
    | Ping
    | Quit
)
FromEngine = Ready | Proposal | AnswerEnd | TempoEstimate | StyleEstimate | Pong | Failed
Message = ToEngine | FromEngine

_KINDS = get_args(Message)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}


def pack(message: Message, voice: int = 0) -> bytes:
    """A message as bytes: its code, the musician whom it concerns, then its fields.

    Both processes run one interpreter, so that they agree on `marshal`'s form.
    """
    return marshal.dumps((_CODES[type(message)], voice, *message))


def unpack(data: bytes) -> tuple[int, Message]:
    """The voice and the message that `pack` packed."""
    code, voice, *fields = marshal.loads(data)  # noqa: S302  # said by this process' own child, or parent
    return voice, _KINDS[code](*fields)
