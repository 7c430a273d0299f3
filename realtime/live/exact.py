"""`--jack-exact`: an output whose messages leave at the exact frame, by a process of its own. I/O process only.

RtMidi puts every message at the first frame of JACK's next period; here a message is handed over ahead of its time
(`lead_ns`), and `exact_process` writes it to the frame that its time falls into. Linux and JACK only.
"""

import os
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Self

from midi.errors import AntiphonError, MachineError
from midi.ports import OUT_NAME
from midi.systems import Api
from realtime.live.child import start_child
from realtime.live.exact_process import run_exact
from realtime.live.frame_queue import RECORD

MARGIN_NS = 2_000_000
"""Beyond one period: a late I/O loop, the pipe, a cycle that begins a little early."""
OPEN_S = 10.0
CLOSE_S = 3.0
GONE = "the exact JACK output has stopped (its process or the JACK server ended): jam again, or without --jack-exact"


class JackExact:
    """An output of the loop. If its process ends, `send` raises MachineError: the performance ends with it.

    There is nothing to fall back to: its JACK port has gone with the process, and the cables laid to it.
    """

    def __init__(self, process: BaseProcess, records: "Connection[bytes, bytes]", name: str, period_ns: int) -> None:
        """Take over a process that has said what it opened; `open` starts one."""
        self._process, self._records = process, records
        self.name = name
        """The name of our own port, or of the one connected to."""
        self.lead_ns = period_ns + MARGIN_NS
        """Time by which a message is to be handed over before it is due."""

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
        theirs_records, records = Pipe(duplex=False)
        answers, theirs_answers = Pipe(duplex=False)
        process = start_child("antiphon-exact", run_exact, theirs_records, theirs_answers, name, port)
        theirs_records.close()
        theirs_answers.close()
        with answers:
            opened = _answer(answers)
        if isinstance(opened, AntiphonError):
            records.close()
            process.join()
            raise opened
        os.set_blocking(records.fileno(), False)
        return cls(process, records, *opened)

    def send(self, message: bytes, due_ns: int) -> None:
        """Hand over one message of at most 3 bytes, to go out at `due_ns`; costs a few us, and never blocks.

        Raises:
            MachineError: its process has ended, or has stopped taking messages (5,461 wait).
        """
        try:
            os.write(self._records.fileno(), RECORD.pack(due_ns, len(message), message))
        except OSError:  # gone, not reading any more, closed by us
            raise MachineError(GONE) from None

    def is_lost(self) -> bool:
        """Whether its process has ended, and the port with it."""
        return not self._process.is_alive()

    def close(self) -> None:
        """Deliver what was handed over, each message at its time (within a second), and leave JACK."""
        self._records.close()
        self._process.join(CLOSE_S)
        self._process.kill()
        self._process.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _answer(answers: "Connection[Any, Any]") -> Any:
    """The name and period of what the process opened, or its error."""
    try:
        if answers.poll(OPEN_S):
            return answers.recv()
    except EOFError:
        pass
    return MachineError(GONE)
