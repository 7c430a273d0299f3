"""The limits that the system sets this process, asked before a port is opened rather than found out in mid-music."""

import sys

from midi.errors import MachineError

OPEN_FILES = 64
"""Files, pipes and sockets open at once: 15 with one pair of ports on JACK, 33 with four, 18 with `--jack-exact`; an
engine that is replaced needs as many again for a moment."""


def check_open_files() -> None:
    """Raise this process' own limit on open files as far as it is needed and may be raised.

    Raises:
        MachineError: it may not be raised so far.
    """
    if sys.platform == "win32":  # it has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < OPEN_FILES:
        if hard != resource.RLIM_INFINITY and hard < OPEN_FILES:
            raise MachineError(
                f"this process may have {hard} files open at once, and a jam needs {OPEN_FILES}: ulimit -n {OPEN_FILES}"
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, hard))
