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
class System:
    """A MIDI system, as it is known before it is tried."""

    name: str
    title: str
    constant: str
    """Its name in the rtmidi module."""
    platform: str
    """The `sys.platform` it is for."""
    remedy: str
    """Advice for when it does not answer."""
    has_virtual_ports: bool = True
    """Whether Antiphon can open ports of its own there, for other programs to find."""


SYSTEMS: tuple[System, ...] = (
    System("coremidi", "CoreMIDI", "API_MACOSX_CORE", "darwin", "log in at the desktop: CoreMIDI has no server here"),
    System(
        "winmm", "Windows MIDI", "API_WINDOWS_MM", "win32", "start the Windows Audio service", has_virtual_ports=False
    ),
    System("jack", "JACK", "API_UNIX_JACK", "linux", "start a JACK server as this user"),
    System("alsa", "ALSA", "API_LINUX_ALSA", "linux", "load its sequencer: sudo modprobe snd-seq"),
)
"""Every system, in the order in which `auto` tries those of this platform."""

API_NAMES: tuple[str, ...] = ("auto", *(system.name for system in SYSTEMS))
"""The values of `--midi-api`."""


@dataclass(frozen=True, slots=True)
class Api:
    """A MIDI system of this machine, as it answered when it was tried."""

    system: System
    reason: str = ""
    """Why it cannot be reached; empty if it can."""
    remedy: str = ""
    """Advice about that."""

    @property
    def name(self) -> str:
        """The value of `--midi-api` that takes it."""
        return self.system.name

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.system.title

    @property
    def is_reachable(self) -> bool:
        """Whether it answered."""
        return not self.reason

    @property
    def has_virtual_ports(self) -> bool:
        """Whether Antiphon can open ports of its own for other programs to find."""
        return self.system.has_virtual_ports

    @property
    def obstacle(self) -> str:
        """The reason why it cannot be reached and what to do, in one phrase."""
        return f"{self.title} {self.reason} ({self.remedy})"


def system_of(name: str) -> System:
    """The system of a name in the table."""
    return next(system for system in SYSTEMS if system.name == name)
