"""Whoever does not read what is printed holds up no note: a stopped terminal, a full pipe, a closed window."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from midi.files import read_midi
from tests.live.conftest import OUT
from tests.peers.daemon import installed
from tests.peers.jackd import JackServer
from tests.peers.program import PATIENCE_S, ROOT, wait_until
from tests.peers.receiver import Receiver, sounding
from tests.peers.terminal import CTRL_BACKSLASH, CTRL_Q, CTRL_S, Terminal

SOLO = ("--mode", "solo", "--bpm", "240")
HELPS = 40
"""Each some 4 KB: more than a pipe and the printer's queue hold."""


@pytest.fixture
def at_terminal(jack: JackServer, closing: ExitStack, tiny: str) -> Callable[..., Terminal]:
    """Starts `antiphon jam` at a terminal, and waits until it is ready."""

    def start(*flags: str) -> Terminal:
        terminal = closing.enter_context(Terminal([installed(), "jam", "--model", tiny, *flags]))
        terminal.wait_for(r"\nready\r\n")
        return terminal

    return start


@pytest.fixture
def listener(jack: JackServer, receiver: Callable[[str], Receiver]) -> Callable[[], Receiver]:
    """Starts a listener behind the daemon."""

    def start() -> Receiver:
        listening = receiver("listener")
        jack.connect(OUT, listening.port)
        return listening

    return start


@pytest.fixture
def full_pipe() -> Iterator[tuple[int, int]]:
    """A pipe's two ends; it takes not one byte more until it is read."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    for size in (4096, 1):
        while _write(writing, size):
            pass
    os.set_blocking(writing, True)
    yield reading, writing
    os.close(reading)
    os.close(writing)


def _write(descriptor: int, size: int) -> bool:
    try:
        return os.write(descriptor, b"." * size) > 0
    except BlockingIOError:
        return False


def more_notes(listening: Receiver, count: int = 8) -> None:
    """Wait until so many more notes have begun than by now."""
    before = len(listening.note_ons)
    wait_until(lambda: len(listening.note_ons) >= before + count, "the music to go on")


def test_ctrl_s_holds_up_no_note_and_ctrl_q_shows_what_was_missed(
    at_terminal: Callable[..., Terminal], listener: Callable[[], Receiver]
) -> None:
    terminal, listening = at_terminal("--no-save", *SOLO), listener()
    more_notes(listening)
    terminal.type(CTRL_S)
    for _ in range(HELPS):
        terminal.type("?\n")
    more_notes(listening)
    terminal.type(CTRL_Q)
    terminal.wait_for(r"antiphon: \d+ lines are left out here")
    terminal.signal(signal.SIGTERM)
    assert terminal.wait() == 0


def test_sigterm_ends_it_while_its_terminal_stands_still(
    at_terminal: Callable[..., Terminal], listener: Callable[[], Receiver]
) -> None:
    terminal, listening = at_terminal("--no-save", *SOLO), listener()
    terminal.type(CTRL_S)
    terminal.type("?\n")
    more_notes(listening)
    terminal.signal(signal.SIGTERM)
    assert terminal.wait() == 0
    wait_until(lambda: not sounding(listening.heard), "silence")


def test_a_pipe_that_nobody_reads_holds_up_no_note_and_sigterm_ends_it(
    jack: JackServer, listener: Callable[[], Receiver], tiny: str, full_pipe: tuple[int, int]
) -> None:
    words = [installed(), "jam", "--model", tiny, "--no-save", *SOLO]
    playing = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=full_pipe[1], stderr=full_pipe[1], cwd=ROOT)
    try:
        wait_until(lambda: OUT in jack.ports(), "the ports")
        listening = listener()
        assert playing.stdin is not None
        playing.stdin.write(b"?\n" * HELPS)
        playing.stdin.flush()
        more_notes(listening)
        playing.terminate()
        assert playing.wait() == 0
        wait_until(lambda: not sounding(listening.heard), "silence")
    finally:
        playing.kill()
        playing.communicate()


def test_typed_rubbish_is_told_and_what_is_typed_next_is_done(
    at_terminal: Callable[..., Terminal], listener: Callable[[], Receiver]
) -> None:
    terminal, listening = at_terminal("--no-save", *SOLO), listener()
    terminal.type_bytes(b"\xff\xfe\n")
    terminal.type("y" * 300 + "\n")
    terminal.wait_for("a line of more than 48 characters was typed")
    terminal.type("temperature\n")
    terminal.wait_for("temperature 0.9")
    more_notes(listening)
    terminal.type(CTRL_BACKSLASH)
    assert terminal.wait() == 0
    wait_until(lambda: not sounding(listening.heard), "silence")


@pytest.mark.parametrize("save", [True, False])
def test_closing_the_window_releases_every_note_saves_and_is_no_error(
    at_terminal: Callable[..., Terminal], listener: Callable[[], Receiver], tmp_path: Path, save: bool
) -> None:
    saved = tmp_path / "session.mid"
    terminal, listening = at_terminal(*(("--save", str(saved)) if save else ("--no-save",)), *SOLO), listener()
    more_notes(listening)
    terminal.close()
    assert terminal.wait() == 0
    wait_until(lambda: not sounding(listening.heard), "silence")
    assert not save or read_midi(saved).notes


def test_without_midi_too_the_notes_do_not_wait_for_a_reader(
    no_midi: None, tiny: str, tmp_path: Path, full_pipe: tuple[int, int]
) -> None:
    saved = tmp_path / "session.mid"
    words = [installed(), "jam", "--model", tiny, "--save", str(saved), "--bars", "1"]
    done = subprocess.run(words, stdout=full_pipe[1], stderr=subprocess.PIPE, timeout=PATIENCE_S, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, b"")
    assert read_midi(saved).notes


def test_an_error_that_nobody_reads_ends_it_with_its_exit_code(full_pipe: tuple[int, int]) -> None:
    words = [sys.executable, "-m", "antiphon", "jam", "--model", "nosuch"]
    assert subprocess.run(words, stderr=full_pipe[1], timeout=PATIENCE_S, cwd=ROOT).returncode == 2
