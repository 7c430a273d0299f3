"""The MIDI systems that Antiphon can speak to, as a table, and one of them as it answered. Pure.

The systems differ in what they can do and in how they show a port:

    system     own (virtual) ports     a port's name elsewhere
    coremidi   yes                     "Antiphon in"
    jack       yes                     "Antiphon in:Antiphon in"            (client:port)
    alsa       yes                     "Antiphon in:Antiphon in 128:0"      (client:port, and their numbers)
    winmm      no: a loopback driver   "loopMIDI Port 1"                    (Windows adds a number)
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Api:
    """A MIDI system, before it is tried or as it answered."""

    name: str
    """The value of `--midi-api` that takes it."""
    title: str
    """Its name for people."""
    constant: str
    """Its name in the rtmidi module."""
    platform: str
    """The `sys.platform` it is for."""
    remedy: str
    """Advice for when it does not answer."""
    has_virtual_ports: bool = True
    """Whether Antiphon can open ports of its own there, for other programs to find."""
    reason: str = ""
    """Why it cannot be reached, once that was tried; empty if it can."""

    @property
    def is_reachable(self) -> bool:
        """Whether it answered."""
        return not self.reason

    @property
    def obstacle(self) -> str:
        """The reason why it cannot be reached and what to do, in one phrase."""
        return f"{self.title} {self.reason} ({self.remedy})"


SYSTEMS: tuple[Api, ...] = (
    Api("coremidi", "CoreMIDI", "API_MACOSX_CORE", "darwin", "log in at the desktop: CoreMIDI has no server here"),
    Api("winmm", "Windows MIDI", "API_WINDOWS_MM", "win32", "start the Windows Audio service", has_virtual_ports=False),
    Api("jack", "JACK", "API_UNIX_JACK", "linux", "start a JACK server as this user"),
    Api("alsa", "ALSA", "API_LINUX_ALSA", "linux", "load its sequencer: sudo modprobe snd-seq"),
)
"""Every system, in the order in which `auto` tries those of this platform."""

API_NAMES: tuple[str, ...] = ("auto", *(api.name for api in SYSTEMS))
"""The values of `--midi-api`."""
