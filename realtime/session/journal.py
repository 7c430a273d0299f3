"""Every event and action of a performance, typed and timed, in order: one record for many readers. Pure.

Its one rule: readers are offered entries; none is asked, and none can hold up the others. Entries that nobody has taken
are bounded: of more than MOST_ENTRIES the last ones are kept.
"""

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from realtime.messages import ParameterChange
from realtime.session.controls import Action, Request
from realtime.session.schedule import NO_NOTE

MOST_ENTRIES = 16_384
"""Entries kept until they are taken: ten times as many as come in between two looks, however much is played."""
CLOCK_PART = -1
"""Instead of a part: our own MIDI clock."""


class Begun(NamedTuple):
    """A performance begins: what it takes to know it again, and to have it again."""

    at_ns: int
    date: str
    """The wall clock's date and time at `at_ns`, with its zone (ISO 8601)."""
    version: str
    model: str
    rng_seed: int
    flags: str


class Human(NamedTuple):
    """A musician did something.

    `voice`: whose it is. `data`: the message as it came, for what goes through; `played`: what it is to the engine.
    """

    voice: int
    at_ns: int
    data: bytes
    played: tuple[bytes, ...]


class Send(NamedTuple):
    """A message that is to go out."""

    part: int
    """The part whose output it goes to, or CLOCK_PART."""
    data: bytes
    due_ns: int
    """When it should sound."""
    note_id: int = NO_NOTE
    """The id of the note it belongs to; NO_NOTE for a click or what goes through."""
    epoch: int = 0
    """The epoch in which it was decided; of what was never proposed, the epoch in which it goes out."""
    decided_ns: int | None = None
    """When the proposal came; None: it was never proposed."""
    sounded_ns: int | None = None
    """Time that the note has sounded, where this note-off comes before the time proposed for it; else None."""


class Sounded(NamedTuple):
    """A message was handed to its port, and sounds at `at_ns`."""

    at_ns: int
    send: Send


class TimeMessage(NamedTuple):
    """A MIDI clock or transport message came in."""

    at_ns: int
    data: bytes


class Changed(NamedTuple):
    """A parameter has changed."""

    at_ns: int
    change: ParameterChange


class Acted(NamedTuple):
    """An action was carried out."""

    at_ns: int
    action: Action


class EngineStarted(NamedTuple):
    """A new engine was told the past, or begins without one."""

    at_ns: int


class EngineLost(NamedTuple):
    """The engine has died, or hangs."""

    at_ns: int
    reason: str


class Notice(NamedTuple):
    """A line that a person should read."""

    at_ns: int
    text: str


Entry = Begun | Human | Sounded | TimeMessage | Changed | Acted | EngineStarted | EngineLost | Notice


class Observer(Protocol):
    """Reads the journal."""

    def take(self, entry: Entry) -> None:
        """Take the next entry; must not block, and must not keep the loop for long."""


class Journal:
    """Entries in order: each is read at once by readers within the session, and kept for others until it is taken."""

    def __init__(self, readers: Sequence[Observer] = ()) -> None:
        """Begin an empty journal."""
        self._readers = readers
        self._entries: deque[Entry] = deque(maxlen=MOST_ENTRIES)

    def write(self, entry: Entry) -> None:
        """Add an entry."""
        for reader in self._readers:
            reader.take(entry)
        self._entries.append(entry)

    def drain(self) -> list[Entry]:
        """The entries since the last call, oldest first."""
        entries = list(self._entries)
        self._entries.clear()
        return entries


class Surface(Protocol):
    """Asks for changes, and shows what happens. The loop calls both; neither may block."""

    def poll(self) -> Sequence[Request]:
        """Changes and actions asked for since the last call, in order; a few at a time."""

    def show(self, entry: Entry) -> None:
        """Take the next entry of the journal: notices, changes by any surface, notes."""
