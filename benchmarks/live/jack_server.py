"""A JACK server of one's own on the dummy driver: its name, its command, and the room that killed ones leave.

JACK's registry has room for eight servers of a machine, and a killed one keeps its place until a server of the same
name starts and ends in order. So a name of ours that is dead is taken before a new one: what a killed run leaves, the
next runs clear away. The registry is a file in shared memory, so this is for Linux.
"""

import os
import re
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import NamedTuple

REGISTRY = Path("/dev/shm/jack-shm-registry")  # noqa: S108  # where JACK has it
MOST_SERVERS = 8
"""The servers that the registry has room for."""
WAIT_S = 60.0
LOOK_S = 0.5
RATE = 48_000
"""Frames a second."""
PRIORITY = 10
"""Real-time priority of the server's thread, where the system grants it."""
PORTS = 256
"""The most ports there can be; JACK's default takes 107 MB of /dev/shm."""

_PREFIX = "antiphon-"
_ENTRY = re.compile(rb"(?s)(.{4})jack-(\d+):([^:\0]+):")
"""One server in the registry: its process id, in the machine's byte order, its user's id and its name."""
_DIE_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--") if which("setpriv") else ()


class Attempt(NamedTuple):
    """One way to start a server."""

    name: str
    command: list[str]
    environment: dict[str, str]
    """For the server and its clients."""


def attempts(period: int) -> Iterator[Attempt]:
    """Ways to start a server at so many frames a period; the next is for when the one before did not start.

    Where live servers fill the registry, waits up to WAIT_S for one of them to end.
    """
    limit = time.monotonic() + WAIT_S
    yield from _attempts(period)
    while len(_registered()) >= MOST_SERVERS and time.monotonic() < limit:
        time.sleep(LOOK_S)
        yield from _attempts(period)


def _attempts(period: int) -> Iterator[Attempt]:
    modes = [("-R", f"-P{PRIORITY}"), ("-r",)] if _is_real_time_allowed() else [("-r",)]
    for name in _names():
        environment = {"JACK_DEFAULT_SERVER": name, "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1"}
        for mode in modes:
            # -S keeps the graph's order on a busy machine.
            server = ("jackd", *mode, "-S", "-p", str(PORTS), "-n", name)
            driver = ("-d", "dummy", "-r", str(RATE), "-p", str(period), "-C0", "-P0")
            yield Attempt(name, [*_DIE_WITH_PARENT, *server, *driver], environment)


def is_registered(name: str, pid: int) -> bool:
    """Tell whether this process, and no other that took the same name a moment before, is the server of that name."""
    return (name, pid) in _registered()


def _names() -> Iterator[str]:
    """Names to try: dead ones of ours; a new one; at last, where others' dead servers fill the registry, theirs."""
    dead = [name for name, pid in _registered() if not Path(f"/proc/{pid}").exists()]
    yield from (name for name in dead if name.startswith(_PREFIX))
    yield f"{_PREFIX}{uuid.uuid4().hex[:8]}"
    yield from (name for name in dead if not name.startswith(_PREFIX))


def _registered() -> list[tuple[str, int]]:
    """The name and the process id of every server in the registry that is this user's, dead ones too."""
    try:
        registry = REGISTRY.read_bytes()
    except OSError:
        return []
    user = os.getuid()
    entries = ((name, pid) for pid, uid, name in _ENTRY.findall(registry) if int(uid) == user)
    return [(name.decode(), int.from_bytes(pid, sys.byteorder)) for name, pid in entries]


def _is_real_time_allowed() -> bool:
    import resource  # which Windows lacks, where this module is imported too

    limit = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
    return os.geteuid() == 0 or limit == resource.RLIM_INFINITY or limit >= PRIORITY
