"""The protocol of a surface: requests out, the journal in."""

from collections.abc import Sequence
from typing import Protocol

from realtime.session.controls import Request
from realtime.session.journal import Entry


class Surface(Protocol):
    """Asks for changes, and shows what happens. The loop calls both; neither may block."""

    def poll(self) -> Sequence[Request]:
        """Changes and actions asked for since the last call, in order; a few at a time."""

    def show(self, entry: Entry) -> None:
        """Take the next entry of the journal: notices, changes by any surface, notes."""
