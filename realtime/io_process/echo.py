"""What comes back: our own messages at our own input, where the output is connected to it. Pure.

Its one rule: what is sent comes back within ECHO_NS, once; a note-off comes back only of a note that did.
"""

from collections import Counter, deque
from dataclasses import dataclass, field

from realtime.io_process.doubles import Source
from realtime.messages import NOTE_OFF, Played
from realtime.modes import MS

ECHO_NS = 30 * MS
EARLY_NS = 5 * MS
"""A stamp may be so much before the moment of sending: both are told by a clock of the driver's."""
SURE = 2
"""So many notes that come back are no chance: the same key, as loud, at the same moment."""
KEPT = 1024
"""Messages sent and not come back; more than go out in ECHO_NS."""


@dataclass(slots=True)
class Echo:
    """Knows our own messages again."""

    _sent: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))
    _down: Counter[Source] = field(default_factory=Counter)
    """Keys whose note-on came back, and whose note-off is to."""
    _notes: int = 0

    def sent(self, data: bytes, at_ns: int) -> None:
        """A message went out."""
        self._sent.append((at_ns, _plain(data)))

    def is_own(self, place: int, data: bytes, at_ns: int) -> bool:
        """Whether a message that came to an input is our own."""
        while self._sent and self._sent[0][0] < at_ns - ECHO_NS:
            self._sent.popleft()
        played, source = Played.of(data, at_ns), Source(place, data[0] & 0x0F, data[1])
        if played.is_note_off:
            if not self._down[source] or not self._has_come(data, at_ns):
                return False
            self._down[source] -= 1
            return True
        if not self._has_come(data, at_ns):
            if played.is_note_on:
                self._down.pop(source, None)  # whatever was to come up: this key is the human's now
            return False
        if played.is_note_on:
            self._down[source] += 1
            self._notes += 1
        return True

    @property
    def is_sure(self) -> bool:
        """Whether so much has come back that it is no chance."""
        return self._notes >= SURE

    def _has_come(self, data: bytes, at_ns: int) -> bool:
        """Take a message off those that were sent, if it is one of them."""
        wanted = _plain(data)
        for index, (sent_ns, sent) in enumerate(self._sent):
            if sent == wanted and sent_ns - EARLY_NS <= at_ns:
                del self._sent[index]
                return True
        return False


def _plain(data: bytes) -> bytes:
    """A message in the one spelling that is compared: a note-off has two, and a velocity that nobody keeps."""
    if Played.of(data, 0).is_note_off:
        return bytes((NOTE_OFF | data[0] & 0x0F, data[1], 0))
    return data
