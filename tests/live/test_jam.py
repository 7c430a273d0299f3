"""A musician's evening: play, be answered, interrupt, leave."""

import re
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from midi.files import read_midi
from tests.live.conftest import IN, OUT, Stage
from tests.peers.attempts import best_of
from tests.peers.daemon import Daemon
from tests.peers.jackd import PERIOD, RATE, JackServer
from tests.peers.receiver import Receiver, sounding
from tests.peers.sender import Sender, from_file
from tests.peers.sound import Sound
from tests.peers.synth import Synth

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"
MS = 1_000_000
PERIOD_NS = PERIOD * 1_000_000_000 // RATE


def key(pitch: int, at: float, seconds: float, velocity: int = 80) -> list[tuple[float, bytes]]:
    return [(at, bytes((0x90, pitch, velocity))), (at + seconds, bytes((0x80, pitch, 0)))]


@pytest.mark.parametrize("model", ["default", "tiny", "names"])
def test_a_phrase_is_answered_after_its_end_and_every_note_ends(
    stage: Callable[..., Stage], tiny: str, names: str, model: str
) -> None:
    on_stage = stage("--bpm", "112", "--model", {"tiny": tiny, "names": names}.get(model, model))
    sent = on_stage.keyboard.play(from_file(SEED))
    on_stage.wait_for_answer(3)
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    heard = on_stage.wait_for_silence()
    assert heard[0].at_ns > sent[-1].at_ns
    assert len(on_stage.listener.note_ons) == len(on_stage.listener.note_offs)
    assert on_stage.daemon.errors == ""


def test_an_answer_left_alone_ends_by_itself(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1")
    on_stage.keyboard.play([*key(60, 0, 0.2), *key(64, 0.3, 0.2)])
    on_stage.wait_for_answer(1)
    heard = on_stage.wait_for_silence()
    counts = Counter(message.message[0] & 0xF0 for message in heard)
    assert counts[0x90] == counts[0x80] > 0


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "ABRT", "XCPU"])
def test_every_signal_to_leave_ends_each_note_and_saves(stage: Callable[..., Stage], tmp_path: Path, name: str) -> None:
    saved = tmp_path / "session.mid"
    slow = ("--mode", "solo", "--bpm", "40")  # a note is down when the signal comes
    on_stage = stage(*slow, "--save", str(saved))
    on_stage.wait_for_answer(1)
    assert sounding(on_stage.listener.heard)
    on_stage.daemon.signal(signal.Signals[f"SIG{name}"])
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    assert read_midi(saved).notes


def test_a_human_note_silences_the_answer_within_a_port_hop(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "40", "--bars", "8")

    def sounds_on_ms() -> float:
        """How long the answer sounds on once the human plays into it."""
        before = len(on_stage.listener.note_ons)
        on_stage.keyboard.play(key(60, 0, 0.1))
        on_stage.wait_for_answer(before + 1)
        assert sounding(on_stage.listener.heard)
        interruption = on_stage.keyboard.play(key(50, 0, 0.05))[0].at_ns
        return (on_stage.wait_for_silence()[-1].at_ns - interruption) / MS

    # Two hops (in and out, each up to two periods), and a look at the ports each ms.
    limit_ms = 4 * PERIOD_NS / MS + 10
    assert best_of(sounds_on_ms, lambda ms: ms < limit_ms) < limit_ms


def test_what_antiphon_sends_is_what_the_synth_sounds(
    stage: Callable[..., Stage], synth: Synth, tmp_path: Path
) -> None:
    on_stage = stage("--bpm", "60", "--bars", "2")
    on_stage.jack.connect(OUT, synth.port)
    with synth.record(tmp_path / "answer.wav", 7) as recording:
        phrase = [*key(60, 0, 0.3), *key(64, 0.3, 0.3), *key(67, 0.6, 0.3)]
        on_stage.keyboard.play(phrase)
        recording.wait()
    heard = on_stage.listener.heard
    sent = {message.message[1] for message in heard if message.is_on}
    assert sent
    sound = Sound.read(tmp_path / "answer.wav")
    began = sound.onset()
    assert began is not None, "the recording is silent"
    assert began > 0.9, "something sounded before the phrase was over"
    first = next(message for message in heard if message.is_on)
    ends = next(m.at_ns for m in heard if m.is_off and m.message[1] == first.message[1])
    at_first = {m.message[1] for m in heard if m.is_on and m.at_ns < first.at_ns + 20 * MS}
    sounded = sound.part(began + 0.05, began + min(0.6, (ends - first.at_ns) / 1e9)).pitches()
    assert at_first <= sounded, f"sent {at_first}, heard {sounded}"


def test_it_listens_to_and_plays_ports_that_are_there(
    jack: JackServer,
    daemon: Callable[..., Daemon],
    sender: Callable[[str], Sender],
    receiver: Callable[[str], Receiver],
    tiny: str,
) -> None:
    keyboard, listener = sender("keyboard"), receiver("listener")
    playing = daemon(
        "--model", tiny, "--no-save", "--in", "keyboard", "--out", "listener", "--bpm", "200", "--bars", "1"
    )
    playing.wait_ready()
    keyboard.play([*key(60, 0, 0.2), *key(64, 0.3, 0.2)])
    listener.wait_for(2)
    assert listener.note_ons
    told = "\n".join(line.text for line in playing.lines)
    assert "keyboard:out" in told
    assert "listener:in" in told


def test_the_answer_is_on_the_channel_asked_for(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1", "--channel", "5")
    on_stage.keyboard.play(key(60, 0, 0.2))
    on_stage.wait_for_answer(1)
    on_stage.wait_for_silence()
    assert {message.message[0] & 0x0F for message in on_stage.listener.heard} == {4}


def test_drum_pads_are_not_taken_for_a_melody(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bpm", "200", "--bars", "1")
    on_stage.keyboard.play([(0, bytes((0x99, 36, 100))), (0.1, bytes((0x89, 36, 0))), (2.5, bytes((0xFE,)))])
    assert on_stage.listener.heard == []
    on_stage.keyboard.play(key(60, 0, 0.2))
    on_stage.wait_for_answer(1)


def test_a_seed_file_plays_the_first_phrase(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--seed", str(SEED), "--bpm", "300")
    on_stage.wait_for_answer(2)
    on_stage.wait_for_silence()


def test_the_session_is_saved_with_both_players(stage: Callable[..., Stage], tmp_path: Path) -> None:
    saved = tmp_path / "session.mid"
    on_stage = stage("--bpm", "120", "--bars", "1", "--save", str(saved))
    on_stage.keyboard.play([*key(60, 0, 0.2, velocity=33), *key(64, 0.3, 0.2, velocity=99)])
    on_stage.wait_for_answer(1)
    on_stage.wait_for_silence()
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    assert on_stage.daemon.lines[-1].text == str(saved)
    notes = read_midi(saved).notes
    assert [(note.pitch, note.velocity) for note in notes][:2] == [(60, 33), (64, 99)]
    heard = [message.message[1] for message in on_stage.listener.note_ons]
    assert sorted(note.pitch for note in notes[2:]) == sorted(heard)


def test_two_at_once_have_two_pairs_of_ports(jack: JackServer, daemon: Callable[..., Daemon], tiny: str) -> None:
    for _ in range(2):
        daemon("--model", tiny, "--no-save").wait_ready()
    ports = jack.ports()
    assert {IN, OUT, "Antiphon in 2:Antiphon in 2", "Antiphon out 2:Antiphon out 2"} <= set(ports)


def test_two_that_start_at_once_say_what_each_is_called(
    jack: JackServer, daemon: Callable[..., Daemon], tiny: str
) -> None:
    both = [daemon("--model", tiny, "--no-save") for _ in range(2)]
    names = []
    for playing in both:
        playing.wait_ready()
        told = [re.match(r"  (hears|answers) +(.*?)   ", line.text) for line in playing.lines]
        names += [match[2] for match in told if match]
    assert len(set(names)) == 4
    clients = {port.partition(":")[0] for port in jack.ports()}
    assert set(names) <= clients, "a name that no port has"
