"""Echoes: our own messages at our own input, where the output is connected to it. Pure.

Its one rule: what is sent comes back within ECHO_NS, once; a note-off comes back only of a note that did. Where both
play at once, the human may well strike the key that the answer strikes, as loud; and what went through with thru they
may strike again, at four hundred notes a second. There one note proves nothing: so many in a row do.
"""

from collections import Counter, deque
from dataclasses import dataclass, field

from midi.message import NOTE_OFF, NOTE_ON, is_note_off, is_note_on
from midi.nanoseconds import NS_PER_MS
from realtime.modes import MODES
from realtime.session.controls import Controls
from realtime.session.doubles import Source
from realtime.session.journal import CLOCK_PART, Entry, Sounded
from realtime.session.schedule import NO_NOTE

ECHO_NS = 30 * NS_PER_MS
EARLY_NS = 5 * NS_PER_MS
"""A stamp may be so much before the moment of sending: both are told by a clock of the driver's."""
SURE = 3
"""Notes in a row, each come back with the same key, as loud, at the same moment: more are no chance."""
TOLD = 2
"""Notes that came back and were left out, from which on the musician is told."""
KEPT = 1024
"""Messages sent and not come back; more than go out in ECHO_NS."""


@dataclass(slots=True)
class Echo:
    """Knows our own messages again: reads in the journal what went out."""

    controls: Controls
    _sent: deque[tuple[int, bytes, bool]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """When each message went out, the message, and whether it proves that what is like it is no human's."""
    _down: Counter[Source] = field(default_factory=Counter)
    """Keys whose note-on came back, and whose note-off is to."""
    _notes: int = 0
    _streak: int = 0
    """Notes in a row that came back and could be the human's as well; at least SURE once a loop is certain."""

    def take(self, entry: Entry) -> None:
        """Keep what went out; a note of an answer in turn is one that the human cannot well play at that moment."""
        if isinstance(entry, Sounded) and entry.send.part != CLOCK_PART:
            send = entry.send
            proves = send.note_id != NO_NOTE and MODES[self.controls.settings[send.part].mode].takes_turns
            self._sent.append((entry.at_ns, _plain(send.data), proves))

    def is_own(self, port: str, data: bytes, at_ns: int) -> bool:
        """Whether a message that came to an input is our own."""
        self._forget(at_ns)
        source = Source(port, data[0] & 0x0F, data[1])
        if is_note_off(data):
            if not self._down[source] or self._came(data, at_ns) is None:
                return False
            self._down[source] -= 1
            return True
        proves = self._came(data, at_ns)
        if not is_note_on(data):
            return proves is not None
        if proves is None or not (proves or self._is_loop()):
            self._down.pop(source, None)  # whatever was to come up: this key is the human's now
            return False
        self._streak = max(self._streak, SURE)
        self._down[source] += 1
        self._notes += 1
        return True

    def _forget(self, now_ns: int) -> None:
        """Forget what was sent too long ago to come back.

        A note-on among it that could have been the human's ends the streak.
        """
        while self._sent and self._sent[0][0] < now_ns - ECHO_NS:
            _, data, proves = self._sent.popleft()
            if not proves and data[0] & 0xF0 == NOTE_ON:
                self._streak = 0

    def _is_loop(self) -> bool:
        """Whether one more note that came back is enough."""
        self._streak += 1
        return self._streak > SURE

    @property
    def is_sure(self) -> bool:
        """Whether so much has come back that it is no chance."""
        return self._notes >= TOLD

    def _came(self, data: bytes, at_ns: int) -> bool | None:
        """Take a message off those that were sent, if it is one of them; whether that proves that it came back."""
        wanted = _plain(data)
        for index, (sent_ns, sent, proves) in enumerate(self._sent):
            if sent == wanted and sent_ns - EARLY_NS <= at_ns:
                del self._sent[index]
                return proves
        return None


def _plain(data: bytes) -> bytes:
    """A message in the one spelling that is compared: a note-off has two, and a velocity that nobody keeps."""
    if is_note_off(data):
        return bytes((NOTE_OFF | data[0] & 0x0F, data[1], 0))
    return data
