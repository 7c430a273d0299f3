"""Antiphon: a real-time MIDI jam partner. What is installed is this one package.

Its rooms (`midi`, `exported`, `realtime`, `training`) lie in `rooms/` where it is installed, and beside this folder
in a checkout. Importing `antiphon` opens none of them: a program with a `realtime` of its own keeps it.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parent
ROOMS = _HERE / "rooms" if (_HERE / "rooms").is_dir() else _HERE.parent
"""The folder that holds the rooms."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb of the command line; the exit code.

    It puts the rooms first on this process' `sys.path`, before any other package of such a name. A child started by
    multiprocessing takes that path over. Ctrl-C ends it from here on without a traceback, while it imports too.
    """
    if sys.path[:1] != [str(ROOMS)]:
        sys.path.insert(0, str(ROOMS))
    try:
        from antiphon.cli import main as run

        return run(argv)
    except KeyboardInterrupt:
        from midi.errors import INTERRUPTED

        return INTERRUPTED
