"""A peer of an Ableton Link session, by the package aalink: a thread of its own keeps it in time with the network."""

import time
from typing import Any

from midi.errors import MachineError
from realtime.session.transport.link_source import LinkMoment

TRIES = 3
"""Looks at the beat, of which the quickest counts: others may have been interrupted."""


class LinkPeer:
    """A peer that has joined the session on this network, or begun one at `bpm`.

    Raises:
        MachineError: the package is not installed.
    """

    def __init__(self, bpm: float, quantum: int) -> None:
        self._link = _made(bpm)
        self._link.quantum = float(quantum)
        self._link.start_stop_sync_enabled = True
        self._link.enabled = True

    def look(self) -> LinkMoment:
        """Look at the session now, by the monotonic clock."""
        at_ns, beat = min((self._stamped() for _ in range(TRIES)), key=lambda look: look[0])[1:]
        return LinkMoment(at_ns, beat, self._link.tempo, self._link.playing)

    def set_bpm(self, bpm: float) -> None:
        """Propose a tempo to all peers."""
        self._link.tempo = bpm

    def set_quantum(self, quantum: int) -> None:
        """Count cycles of so many beats."""
        self._link.quantum = float(quantum)

    def leave(self) -> None:
        """Be a peer no longer."""
        self._link.enabled = False

    def _stamped(self) -> tuple[int, int, float]:
        """(how long the look took, the middle of it, the beat)."""
        before = time.monotonic_ns()
        beat: float = self._link.beat
        after = time.monotonic_ns()
        return after - before, (before + after) // 2, beat


def _made(bpm: float) -> Any:
    """A Link object. It wants a running loop when it is made, for its awaitables, of which none is used here.

    The imports take 50 ms and stand here: no start waits for them that does not ask for Link.
    """
    import asyncio

    try:
        import aalink
    except ImportError:
        raise MachineError("--sync link needs a package that is not installed: pip install 'antiphon[link]'") from None

    async def make() -> Any:
        return aalink.Link(bpm)

    return asyncio.run(make())
