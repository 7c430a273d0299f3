"""What must not be heard: an engine that dies or hangs, a loop that breaks, a daemon that is killed."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from midi.arrivals import Arrived
from midi.errors import MachineError
from midi.files import read_midi
from realtime.live.clock import MonotonicClock
from realtime.live.loop import LiveLoop
from realtime.live.open_ports import OpenPorts
from realtime.live.supervisor import Supervisor
from realtime.session.session import Session
from realtime.settings import Settings
from tests.live.conftest import IN, OUT, Stage, alive, kill
from tests.live.test_jam import MS, SEED, key
from tests.peers.attempts import best_of
from tests.peers.daemon import Daemon, installed
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.receiver import sounding


def mid_answer(stage: Callable[..., Stage]) -> Stage:
    """A stage on which a slow answer sounds."""
    on_stage = stage("--bpm", "40", "--bars", "8")
    begin_answer(on_stage)
    return on_stage


def begin_answer(on_stage: Stage) -> None:
    """Have an answer sound."""
    before = len(on_stage.listener.note_ons)
    on_stage.keyboard.play(key(60, 0, 0.2))
    on_stage.wait_for_answer(before + 1)
    assert sounding(on_stage.listener.heard)


def test_a_killed_engine_leaves_no_note_and_no_port_and_another_takes_over(stage: Callable[..., Stage]) -> None:
    on_stage = mid_answer(stage)
    cables = on_stage.jack.connections()
    old = on_stage.engine_pid()
    assert old
    kill(old, signal.SIGKILL)
    wait_until(lambda: not alive(old), "the engine's end")  # a busy machine takes its time over it
    dead_ns = time.monotonic_ns()
    heard = on_stage.wait_for_silence()
    assert heard[-1].at_ns - dead_ns < 50 * MS
    wait_until(lambda: on_stage.engine_pid() not in (0, old), "a new engine")
    assert on_stage.jack.connections() == cables
    before = len(on_stage.listener.note_ons)
    on_stage.keyboard.play(key(64, 0, 0.2))
    on_stage.wait_for_answer(before + 1)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    assert any("the engine was lost" in line.text for line in on_stage.daemon.lines)


def test_an_engine_that_hangs_is_replaced(stage: Callable[..., Stage]) -> None:
    on_stage = mid_answer(stage)
    old = on_stage.engine_pid()
    kill(old, signal.SIGSTOP)
    wait_until(lambda: on_stage.engine_pid() not in (0, old), "a new engine")
    assert not alive(old)
    on_stage.wait_for_silence()
    before = len(on_stage.listener.note_ons)
    on_stage.keyboard.play(key(64, 0, 0.2))
    on_stage.wait_for_answer(before + 1)


def test_a_human_is_never_kept_waiting_by_an_engine_that_hangs(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "40", "--bars", "8")

    def interrupted() -> float:
        """How long (ms) the answer sounds on, once the human plays into it and its engine hangs."""
        begin_answer(on_stage)
        kill(on_stage.engine_pid(), signal.SIGSTOP)
        interruption = on_stage.keyboard.play(key(50, 0, 0.05))[0].at_ns
        return (on_stage.wait_for_silence()[-1].at_ns - interruption) / MS

    assert best_of(interrupted, lambda ms: ms < 50) < 50


def test_a_daemon_that_is_killed_leaves_no_engine_behind(stage: Callable[..., Stage]) -> None:
    on_stage = mid_answer(stage)
    engine = on_stage.engine_pid()
    on_stage.daemon.signal(signal.SIGKILL)
    assert on_stage.daemon.wait() == -signal.SIGKILL
    wait_until(lambda: not alive(engine), "the engine's end")
    wait_until(lambda: not {IN, OUT} & set(on_stage.jack.ports()), "the ports' end")


class Breaking:
    """An input that plays one note and breaks once the answer sounds."""

    name = "cable"

    def __init__(self, sent: list[bytes]) -> None:
        self._pending = [bytes((0x90, 60, 80)), bytes((0x80, 60, 0))]
        self._sent = sent

    def poll(self) -> list[Arrived]:
        if self._sent:
            raise RuntimeError("the cable caught fire")
        pending, self._pending = self._pending, []
        return [Arrived(time.monotonic_ns(), message) for message in pending]


class Kept:
    """An output that keeps what it is sent."""

    lead_ns = 0

    def __init__(self, sent: list[bytes]) -> None:
        self.sent = sent

    def send(self, message: bytes, due_ns: int) -> None:  # noqa: ARG002 - now is when
        self.sent.append(message)


def test_a_loop_that_breaks_releases_every_note_first(tiny: str) -> None:
    sent: list[bytes] = []
    supervisor, clock = Supervisor((Path(tiny),), "cpu"), MonotonicClock()
    ports = OpenPorts((Breaking(sent),), (Kept(sent),))
    performance = LiveLoop(clock, Session((Settings(bpm=240),), clock.now_ns()), ports, supervisor)
    performance.start()
    with pytest.raises(RuntimeError, match="caught fire"):
        performance.run()
    ons = [message[1] for message in sent if message[0] & 0xF0 == 0x90]
    offs = [message[1] for message in sent if message[0] & 0xF0 == 0x80]
    assert ons
    assert sorted(ons) == sorted(offs)
    assert supervisor.engine_pid is None


def test_a_dead_jack_server_ends_the_jam_with_a_word_and_the_session_saved(
    jack: JackServer, daemon: Callable[..., Daemon], tiny: str, tmp_path: Path
) -> None:
    saved, journal = tmp_path / "session.mid", tmp_path / "session.jsonl"
    playing = daemon("--model", tiny, "--save", str(saved), "--seed", str(SEED), "--journal", str(journal))
    playing.wait_ready()
    wait_until(lambda: '"human"' in journal.read_text(), "the phrase of the file to begin")
    jack.close()
    assert playing.wait() == MachineError.exit_code
    assert "antiphon: the MIDI system has stopped" in playing.errors
    assert "Traceback" not in playing.errors
    assert read_midi(saved).notes


def test_a_flood_of_notes_is_survived_and_answered(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1")
    engine = on_stage.engine_pid()
    pitches = [20 + (37 * i) % 88 for i in range(1500)]
    flood = [(0.0, bytes((0x90, pitch, 80))) for pitch in pitches] + [(0.5, bytes((0x80, p, 0))) for p in set(pitches)]
    on_stage.keyboard.play(flood)
    on_stage.wait_for_answer(1)
    heard = on_stage.wait_for_silence()
    assert on_stage.engine_pid() == engine
    assert len(on_stage.listener.note_ons) == len(on_stage.listener.note_offs)
    assert min(message.message[1] for message in heard) >= 21


def test_a_phrase_whose_engine_died_before_the_answer_is_answered_by_the_next(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1")
    on_stage.keyboard.play([*key(60, 0, 0.2), *key(64, 0.3, 0.2), *key(67, 0.6, 0.2)])
    old = on_stage.engine_pid()
    kill(old, signal.SIGKILL)
    on_stage.wait_for_answer(1)
    assert on_stage.engine_pid() not in (0, old)


def test_bytes_that_are_no_message_are_left_alone(stage: Callable[..., Stage], tmp_path: Path) -> None:
    saved = tmp_path / "session.mid"
    on_stage = stage("--bpm", "200", "--bars", "1", "--save", str(saved))
    engine = on_stage.engine_pid()
    odd = [b"\x90\xc8\x64", b"\x90\x3c", b"\x90", b"\x90\x3c\xc8", b"\xf0\x01\x02\xf7"]
    on_stage.keyboard.play([(0.05 * index, data) for index, data in enumerate(odd)])
    on_stage.keyboard.play(key(64, 0, 0.2))
    on_stage.wait_for_answer(1)
    on_stage.wait_for_silence()
    assert on_stage.engine_pid() == engine
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    assert read_midi(saved).notes[0].pitch == 64


def test_a_machine_that_slept_finds_its_engine_well(stage: Callable[..., Stage]) -> None:
    on_stage = stage()
    engine = on_stage.engine_pid()
    on_stage.daemon.signal(signal.SIGSTOP)
    time.sleep(4.5)
    on_stage.daemon.signal(signal.SIGCONT)
    on_stage.keyboard.play(key(64, 0, 0.2))
    on_stage.wait_for_answer(1)
    assert on_stage.engine_pid() == engine


def test_suspended_from_the_terminal_it_leaves_no_note_down_and_comes_back(stage: Callable[..., Stage]) -> None:
    on_stage = mid_answer(stage)
    on_stage.daemon.signal(signal.SIGTSTP)
    on_stage.wait_for_silence()
    wait_until(lambda: " T " in Path(f"/proc/{on_stage.daemon.pid}/stat").read_text(), "the daemon to stop")
    on_stage.daemon.signal(signal.SIGCONT)
    before = len(on_stage.listener.note_ons)
    on_stage.keyboard.play(key(64, 0, 0.2))
    on_stage.wait_for_answer(before + 1)
    assert on_stage.daemon.errors == ""


def test_the_engine_does_not_take_the_io_process_real_time_priority(stage: Callable[..., Stage]) -> None:
    assert os.sched_getscheduler(stage().engine_pid()) == os.SCHED_OTHER


@pytest.mark.parametrize(
    "module",
    [
        "antiphon",
        "argparse",
        "antiphon.cli",
        "midi.tempo",
        "realtime.session.session",
        "realtime.verbs.saving",
        "numpy",
    ],
)
def test_ctrl_c_while_it_starts_ends_it_without_a_traceback(
    jack: JackServer, closing: ExitStack, tiny: str, module: str
) -> None:
    """Python tells each module that it has imported; numpy is the engine's. Before the first it is Python's own."""
    told = {"PYTHONPROFILEIMPORTTIME": "1"}
    starting = closing.enter_context(Daemon("--model", tiny, "--no-save", environment=told))
    wait_until(lambda: re.search(rf"\| +{re.escape(module)}$", starting.errors, re.MULTILINE) is not None, module)
    os.killpg(starting.pid, signal.SIGINT)  # as a terminal does: to the whole group
    assert starting.wait() in (0, 130)
    assert [line for line in starting.errors.splitlines() if not line.startswith("import time:")] == []


def test_a_reader_that_goes_away_does_not_end_the_jam(jack: JackServer, tiny: str) -> None:
    words = [installed(), "jam", "--model", tiny, "--no-save"]
    playing = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert playing.stdout is not None
        while playing.stdout.readline() != "ready\n":
            pass
        playing.stdout.close()
        children = Path(f"/proc/{playing.pid}/task/{playing.pid}/children").read_text().split()
        for child in children:
            if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text():
                kill(int(child), signal.SIGKILL)
        time.sleep(1.5)
        assert playing.poll() is None
        playing.send_signal(signal.SIGTERM)
        assert playing.wait() == 0
    finally:
        playing.kill()
        playing.wait()
