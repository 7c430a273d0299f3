"""One end of the pipe between the two processes. Runs in either; never blocks on a peer that has stopped reading."""

import select
import sys
from collections import deque
from multiprocessing.connection import Connection

from realtime.messages import Message, pack, unpack

MOST_RECEIVED = 1000
"""At a time: a peer that says more than can be read does not keep the reader from its work."""


class PeerGoneError(Exception):
    """The other process has ended."""


class Link:
    """Messages in and out over a duplex `multiprocessing` pipe. Not thread-safe."""

    def __init__(self, connection: "Connection[bytes, bytes]") -> None:
        self._connection = connection
        self._backlog: deque[bytes] = deque()

    @property
    def backlog(self) -> int:
        """Messages that wait for the peer to read; `flush` sends them."""
        return len(self._backlog)

    def send(self, message: Message, voice: int = 0) -> None:
        """Send a message, of one of the voices, now or as soon as the pipe has room.

        Raises:
            PeerGoneError: the other end is closed.
        """
        self._backlog.append(pack(message, voice))
        self.flush()

    def send_first(self, message: Message, voice: int = 0) -> None:
        """Send a message before all that still waits for room.

        Raises:
            PeerGoneError: the other end is closed.
        """
        self._backlog.appendleft(pack(message, voice))
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as the pipe has room (Windows cannot be asked: there it may block).

        Raises:
            PeerGoneError: the other end is closed.
        """
        try:
            while self._backlog and self._has_room():
                self._connection.send_bytes(self._backlog[0])
                self._backlog.popleft()
        except (OSError, ValueError) as error:
            raise PeerGoneError from error

    def receive(self) -> list[tuple[int, Message]]:
        """The messages that have arrived, in order, each with its voice; of very many the first MOST_RECEIVED.

        Raises:
            PeerGoneError: the other end is closed and everything it said has been read.
        """
        messages: list[tuple[int, Message]] = []
        try:
            while len(messages) < MOST_RECEIVED and self._has_arrived(0):
                messages.append(unpack(self._connection.recv_bytes()))
        except (EOFError, OSError, ValueError) as error:
            if not messages:
                raise PeerGoneError from error
        return messages

    def wait(self, seconds: float | None) -> bool:
        """Sleep until a message has arrived, or the peer has gone (True), or so many seconds have passed."""
        try:
            return self._has_arrived(seconds)
        except (OSError, ValueError):
            return True

    def close(self) -> None:
        """Close this end; the other sees PeerGoneError."""
        self._connection.close()

    # A bare select costs a tenth of Connection.poll, which builds a selector for each call; Windows' pipes need poll.

    def _has_arrived(self, seconds: float | None) -> bool:
        if sys.platform == "win32":
            return self._connection.poll(seconds)
        return bool(select.select([self._connection], [], [], seconds)[0])

    def _has_room(self) -> bool:
        return sys.platform == "win32" or bool(select.select([], [self._connection], [], 0)[1])
