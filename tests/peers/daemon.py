"""The installed `antiphon`, as a musician starts it."""

import sys
from pathlib import Path

import pytest

from tests.peers.program import Line, Program

READY = r"^ready$"
"""The line with which `antiphon jam` tells that it listens."""


def installed() -> str:
    """The path of the `antiphon` command beside this interpreter."""
    command = Path(sys.executable).with_name("antiphon")
    if not command.exists():
        pytest.fail(f"{command} is missing: install the checkout first (make test does)")
    return str(command)


class Daemon(Program):
    """`antiphon jam` with some flags; `lines` are what it says, with their moments.

    Plays the same each time: its random seed is 0 unless `flags` give one, or `is_seeded` is False.
    """

    def __init__(self, *flags: str, environment: dict[str, str] | None = None, is_seeded: bool = True) -> None:
        """Start it; see `wait_ready`."""
        seed = ["--rng-seed", "0"] if is_seeded and "--rng-seed" not in flags else []
        super().__init__([installed(), "jam", *flags, *seed], environment)

    def wait_ready(self) -> Line:
        """The line with which it says that it listens."""
        return self.wait_for_line(READY)
