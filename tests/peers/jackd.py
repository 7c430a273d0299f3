"""A real JACK server without a sound card: jackd2's dummy driver, with a name of its own."""

import os
import signal
import subprocess
import time
from types import TracebackType
from typing import Self

import pytest

from benchmarks.live.jack_server import RATE, attempts, is_registered
from tests.peers.program import PATIENCE_S, Program, need, wait_until

__all__ = ["PERIOD", "RATE", "JackServer", "JackTool"]

PERIOD = 128
"""Frames a period: the grain of JACK's time, 2.7 ms."""


class JackTool(Program):
    """A C program that is a JACK client: it leaves the server in order on SIGINT, and on SIGTERM just dies.

    A client that just dies may stop the server for 5 s, while it waits for an answer to a notice.
    """

    def stop(self) -> None:
        """Let it leave; make it if it does not."""
        if self.returncode is None:
            self.signal(signal.SIGINT)
            limit = time.monotonic() + 2.0
            while self.returncode is None and time.monotonic() < limit:
                time.sleep(0.005)
        super().stop()


class JackServer:
    """A running server; programs whose environment has `JACK_DEFAULT_SERVER` set to its name are its clients.

    `name` and `environment` are those of the attempt that succeeded.
    """

    def __init__(self, period: int = PERIOD) -> None:
        """Start it, and wait until it takes clients."""
        for tool in ("jackd", "jack_lsp", "jack_connect"):
            need(tool)
        for self.name, command, self.environment in attempts(period):
            self._program = Program(command, self.environment)
            if self._program.comes_true(self._answers, 10.0):
                return
            self._program.stop()
        pytest.fail(f"jackd did not start: {self._program.errors}")

    def _answers(self) -> bool:
        return is_registered(self.name, self._program.pid) and self._run("jack_lsp").returncode == 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | self.environment
        return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    def ports(self) -> list[str]:
        """The full names of every port of every client."""
        return self._run("jack_lsp").stdout.splitlines()

    def wait_for_port(self, port: str) -> None:
        """Return once a port is there."""
        wait_until(lambda: port in self.ports(), f"port {port!r}")

    def connect(self, source: str, sink: str) -> None:
        """Lay a cable from an output to an input, with jackd2's own tool."""
        done = self._run("jack_connect", source, sink)
        assert done.returncode == 0, f"jack_connect {source!r} {sink!r}: {done.stderr}; there are {self.ports()}"

    def connections(self) -> list[str]:
        """`jack_lsp -c`: every port, and below it, indented, what it is connected to."""
        return self._run("jack_lsp", "-c").stdout.splitlines()

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._program.pid

    def close(self) -> None:
        """Stop the server."""
        self._program.stop()
