"""A watch over the MIDI system itself: only JACK's server can die under its clients."""

import os

from midi.systems import Api


class ServerWatch:
    """Notices that the JACK server has died under the ports; made once they are open.

    Nothing tells: ports go on listing each other and taking messages. But the server's end ends libjack's threads in
    this process, so there are fewer than before. Costs 10 us.
    """

    def __init__(self, api: Api) -> None:
        """Count the threads that are there now."""
        self._is_jack = api.name == "jack"
        self.renew()

    def renew(self) -> None:
        """Count anew: a port was opened or closed."""
        self._threads = _thread_count() if self._is_jack else 0

    def is_lost(self) -> bool:
        """Whether the server is gone, and what is played with it."""
        return _thread_count() < self._threads


def _thread_count() -> int:
    return len(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else 0  # noqa: PTH208, PTH112 - quick
