"""A watch over the MIDI system itself: only JACK's server can die under its clients."""

import os
import threading

from midi.systems import Api


class ServerWatch:
    """Notices that the JACK server has died under the ports; made once they are open.

    Nothing tells: ports go on listing each other and taking messages. But the server's end ends some of libjack's
    threads in this process. Which they are is kept, for our own threads come and go meanwhile. Costs 10 us.
    """

    def __init__(self, api: Api) -> None:
        """Note the threads that are there now."""
        self._is_jack = api.name == "jack"
        self.renew()

    def renew(self) -> None:
        """Note them anew: a port was opened or closed."""
        ours = {str(thread.native_id) for thread in threading.enumerate()}
        self._threads = _threads() - ours if self._is_jack else set()

    def is_lost(self) -> bool:
        """Whether the server is gone, and what is played with it."""
        return not self._threads <= _threads()


def _threads() -> set[str]:
    """The ids of this process' threads, where the system tells them."""
    return set(os.listdir("/proc/self/task")) if os.path.isdir("/proc/self/task") else set()  # noqa: PTH208, PTH112 - quick
