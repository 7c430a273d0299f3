"""`--jack-exact`: an output whose messages leave at the exact frame, by a process of its own. I/O process only.

RtMidi puts every message at the first frame of JACK's next period; here a message is handed over ahead of its time
(`lead_ns`), and `exact_process` writes it to the frame that its time falls into. Linux and JACK only.
"""

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self

from midi.errors import InputError, MachineError
from midi.ports import OUT_NAME
from midi.systems import Api
from realtime.child_environment import child_environment
from realtime.live.frame_queue import RECORD

MARGIN_NS = 2_000_000
"""Beyond one period: a late I/O loop, the pipe, a cycle that begins a little early."""
MODULE = ["-m", "realtime.live.exact_process"]
OPEN_S = 10.0
CLOSE_S = 3.0
GONE = "the exact JACK output has stopped (its process or the JACK server ended): jam again, or without --jack-exact"


class JackExact:
    """An Output in the loop's sense. If its process ends, `send` raises MachineError: the performance ends with it.

    There is nothing to fall back to: its JACK port has gone with the process, and the cables laid to it.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", records: IO[bytes], talk: IO[bytes], opened: Any) -> None:
        """Take over a process that has said what it opened; `open` starts one."""
        self._process, self._records, self._talk = process, records, talk
        self.name: str = opened["name"]
        """The name of our own port, or of the one connected to."""
        self.lead_ns: int = opened["period_ns"] + MARGIN_NS
        """Time by which a message is to be handed over before it is due."""
        self.sent = 0
        self.late = 0
        """Known once closed: how many messages went out, and how many too late for their frame."""

    @classmethod
    def open(cls, api: Api, port: str | None = None, name: str = OUT_NAME) -> Self:
        """Open a port of our own of that name and, if `port` is given, connect it to that (as OutPort.existing does).

        Raises:
            InputError: there is no such port, or more than one.
            MachineError: not JACK, no JACK-Client package, or the server does not answer.
        """
        if api.name != "jack":
            raise MachineError(
                f"--jack-exact is for JACK, and this is {api.title}: start a JACK server, or leave it out"
            )
        # A session of its own: Ctrl-C and a hang-up are for the I/O process, which still has note-offs to send.
        words = [sys.executable, *MODULE, name, *([port] if port else [])]
        process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            env=child_environment(),
        )
        records, talk = process.stdin, process.stdout
        if records is None or talk is None:  # never: both were asked for
            raise MachineError(GONE)
        opened = _told(talk)
        if "name" in opened:
            os.set_blocking(records.fileno(), False)
            return cls(process, records, talk, opened)
        records.close()
        talk.close()
        process.wait()
        kind = InputError if opened.get("exit_code") == InputError.exit_code else MachineError
        raise kind(opened.get("error", GONE))

    def send(self, message: bytes, due_ns: int) -> None:
        """Hand over one message of at most 3 bytes, to go out at `due_ns`; costs a few us, and never blocks.

        Raises:
            MachineError: its process has ended, or has stopped taking messages (5,461 wait).
        """
        try:
            os.write(self._records.fileno(), RECORD.pack(due_ns, len(message), message))
        except (BrokenPipeError, BlockingIOError, ValueError):  # gone, not reading any more, closed by us
            raise MachineError(GONE) from None

    def is_lost(self) -> bool:
        """Whether its process has ended, and the port with it."""
        return self._process.poll() is not None

    def close(self) -> None:
        """Deliver what was handed over, each message at its time (within a second), and leave JACK."""
        if self._records.closed:
            return
        self._records.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        count = _told(self._talk)
        self.sent, self.late = count.get("sent", 0), count.get("late", 0)
        self._talk.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _told(talk: IO[bytes]) -> dict[str, Any]:
    """The next line that the process says; nothing if it ended."""
    said: dict[str, Any] = {}
    with suppress(json.JSONDecodeError):
        if select.select([talk], [], [], OPEN_S)[0]:
            said = json.loads(talk.readline())
    return said
