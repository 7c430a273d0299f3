"""A stage: the daemon, a keyboard into it, a listener behind it."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from exported.card import SOUND
from midi.names import name_of
from midi.tokens import Field
from tests.peers.daemon import Daemon
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import Heard, Receiver, sounding
from tests.peers.sender import Sender
from tests.tiny_model import build

IN = "Antiphon in:Antiphon in"
OUT = "Antiphon out:Antiphon out"


@dataclass(frozen=True, slots=True)
class Stage:
    """Who is on it."""

    jack: JackServer
    daemon: Daemon
    keyboard: Sender
    listener: Receiver

    def wait_for_answer(self, count: int) -> list[Heard]:
        """At least so many note-ons heard."""
        wait_until(lambda: len(self.listener.note_ons) >= count, f"{count} note-ons")
        return self.listener.note_ons

    def wait_for_silence(self) -> list[Heard]:
        """Wait until nothing sounds; everything heard."""
        wait_until(lambda: not sounding(self.listener.heard), "silence")
        return self.listener.heard

    def engine_pid(self) -> int:
        """The engine's process: the daemon's child that multiprocessing spawned."""
        for child in Path(f"/proc/{self.daemon.pid}/task/{self.daemon.pid}/children").read_text().split():
            with suppress(FileNotFoundError, ProcessLookupError):  # one that has just ended
                if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                    return int(child)
        return 0


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a model whose notes are plenty and whose quality nobody asks about."""
    return str(build(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="session")
def names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of such a model that speaks in names of notes and chords, as the classic preset makes them."""
    sounds = [name_of({pitch}) for pitch in range(48, 84)] + [name_of({60 + root, 64 + root}) for root in range(12)]
    folder = tmp_path_factory.mktemp("models") / "names"
    return str(build(folder, (Field(SOUND, len(sounds)),), (), sounds=sounds))


@pytest.fixture
def stage(
    jack: JackServer,
    daemon: Callable[..., Daemon],
    sender: Callable[[str], Sender],
    receiver: Callable[[str], Receiver],
    tiny: str,
) -> Callable[..., Stage]:
    """Sets it up: `stage("--bars", "8")`."""

    def set_up(*flags: str) -> Stage:
        model = [] if "--model" in flags else ["--model", tiny]
        save = [] if "--save" in flags else ["--no-save"]
        playing = daemon(*model, *save, *flags)
        playing.wait_ready()
        keyboard, listener = sender("keyboard"), receiver("listener")
        jack.connect(keyboard.port, IN)
        jack.connect(OUT, listener.port)
        return Stage(jack, playing, keyboard, listener)

    return set_up


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(pid: int, number: int) -> None:
    """Send a signal to a process of the daemon."""
    os.kill(pid, number)
