"""One system of the comparison: a process that is asked for rounds of notes."""

import json
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers.environments import ROOT, Environment, python_of
from midi.errors import MachineError

PATIENCE_S = 300
"""A system that says nothing for so long is given up."""


@dataclass(frozen=True, slots=True)
class System:
    """A module that decides notes, and its environment; `share`: of the notes of a round, for systems that are slow."""

    label: str
    module: str
    arguments: tuple[str, ...] = ()
    environment: Environment | None = None
    share: float = 1.0


@dataclass(slots=True)
class Measured:
    """Seconds a note, in the order they were decided, of one system."""

    tight: list[float] = field(default_factory=list)
    paced: list[float] = field(default_factory=list)
    peak_mb: float = 0.0


class PeerProcess:
    """A system's process: started warm, then asked for a round at a time.

    Raises:
        MachineError: it cannot be installed, does not start, ends, or says nothing for five minutes.
    """

    def __init__(self, system: System, notify: Callable[[str], None]) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # lives as long as the process
        command = [str(python_of(system.environment, notify)), "-m", system.module, *system.arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True, cwd=ROOT
        )
        ready = self._read()
        self.name: str = ready["name"]
        self.what: str = ready["what"]
        self.measured = Measured()

    def decide(self, pauses: Sequence[float]) -> list[float]:
        """Seconds for each of as many notes as there are pauses, each after so many seconds of silence."""
        assert self._process.stdin is not None  # noqa: S101  # a pipe was asked for
        try:
            print(json.dumps(list(pauses)), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            raise MachineError(self._last_words()) from None
        answer = self._read()
        self.measured.peak_mb = answer["peak_mb"]
        seconds: list[float] = answer["seconds"]
        return seconds

    def close(self) -> None:
        """End its process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            if stream is not None:
                stream.close()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101  # a pipe was asked for
        patience = threading.Timer(PATIENCE_S, self._process.kill)
        patience.start()
        line = self._process.stdout.readline()
        patience.cancel()
        if not line:
            words = self._last_words()
            self.close()
            raise MachineError(words)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _last_words(self) -> str:
        code = self._process.wait()
        self._said.seek(0)
        lines = [line.strip() for line in self._said if line.strip()]
        return f"it ended (exit code {code}): {lines[-1] if lines else 'without a word'}"
