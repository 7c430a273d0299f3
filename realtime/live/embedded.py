"""A human and an instrument for where there is no MIDI: a file that plays itself, and notes printed as they sound."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from midi.arrivals import Arrived
from midi.message import is_note_on
from realtime.timed import Timed

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
VELOCITY_PER_MARK = 16


def pitch_name(pitch: int) -> str:
    """Scientific pitch notation, middle C (60) being C4."""
    return f"{PITCH_NAMES[pitch % 12]}{pitch // 12 - 1}"


@dataclass(slots=True)
class Screen:
    """Prints note-ons as they sound, with the seconds since the first of them."""

    print: Callable[[str], None]
    """Takes a line and never blocks."""
    _began_ns: int = 0

    def show(self, who: str, message: bytes) -> None:
        """Print a note-on; other messages make no line."""
        if not is_note_on(message):
            return
        now_ns = time.monotonic_ns()
        self._began_ns = self._began_ns or now_ns
        seconds = (now_ns - self._began_ns) / 1e9
        loudness = "*" * (1 + message[2] // VELOCITY_PER_MARK)
        self.print(f"{seconds:7.2f} s  {who:<8}  {pitch_name(message[1]):<4} {loudness}")


@dataclass(frozen=True, slots=True)
class Printed:
    """An output that shows what it is sent on a screen."""

    screen: Screen
    lead_ns: int = 0

    def send(self, message: bytes, due_ns: int) -> None:  # noqa: ARG002 - a screen shows it now
        """Show an answering note."""
        self.screen.show("antiphon", message)


@dataclass(slots=True)
class SelfPlaying:
    """An input that plays timed messages in real time, once it has been told to begin; shown on a screen, if any."""

    messages: deque[Timed]
    screen: Screen | None = None
    name: str = "a phrase that plays itself"
    _began_ns: int = 0

    def begin(self, at_ns: int) -> None:
        """Play from a moment on."""
        self._began_ns = at_ns

    def poll(self) -> list[Arrived]:
        """The messages whose time has come."""
        now_ns = time.monotonic_ns()
        due: list[Arrived] = []
        while self._began_ns and self.messages and self.messages[0].at_ns <= now_ns - self._began_ns:
            message = self.messages.popleft()
            due.append(Arrived(self._began_ns + message.at_ns, message.data))
            if self.screen is not None:
                self.screen.show("you", message.data)
        return due

    @property
    def over(self) -> bool:
        """Whether everything has been played."""
        return not self.messages
