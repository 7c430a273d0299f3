"""The peers themselves can be trusted: what they report is what happened."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from scipy.io import wavfile

from tests.peers.attempts import best_of
from tests.peers.jackd import JackServer
from tests.peers.program import Program
from tests.peers.receiver import Heard, Receiver, sounding
from tests.peers.sender import Sender, from_file
from tests.peers.sound import Sound
from tests.peers.synth import Synth

CHORD = (48, 64, 67, 74)
SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"


def chord(at: float, seconds: float) -> list[tuple[float, bytes]]:
    ons = [(at, bytes([0x90, pitch, 100])) for pitch in CHORD]
    return ons + [(at + seconds, bytes([0x80, pitch, 0])) for pitch in CHORD]


def test_what_is_sent_in_time_is_heard_in_time(
    jack: JackServer, sender: Callable[[str], Sender], receiver: Callable[[str], Receiver]
) -> None:
    keyboard, listener = sender("keyboard"), receiver("listener")
    jack.connect(keyboard.port, listener.port)

    def hop_ms() -> float:
        """How long half the messages take, at least."""
        begin = len(listener.heard)
        sent = keyboard.play(from_file(SEED))
        heard = listener.wait_for(begin + len(sent))[begin:]
        assert [one.message for one in heard] == [one.message for one in sent]
        assert all(there.at_ns > here.at_ns for here, there in zip(sent, heard, strict=True))
        return median((there.at_ns - here.at_ns) / 1e6 for here, there in zip(sent, heard, strict=True))

    assert best_of(hop_ms, lambda ms: ms < 20) < 20, "half the messages take longer than the musician's whole patience"
    assert sounding(listener.heard) == set()


def test_a_key_whose_off_never_comes_is_reported_as_sounding() -> None:
    messages = [b"\x90\x3c\x40", b"\x91\x3c\x40", b"\x90\x3e\x40", b"\x90\x3e\x00", b"\x81\x3c\x00", b"\xf8"]
    assert sounding([Heard(0, message) for message in messages]) == {(0, 60)}


def test_the_synth_sounds_what_it_is_sent_and_nothing_before_or_after(
    jack: JackServer, sender: Callable[[str], Sender], synth: Synth, tmp_path: Path
) -> None:
    keyboard = sender("keyboard")
    jack.connect(keyboard.port, synth.port)
    with synth.record(tmp_path / "chord.wav", 4) as recording:
        keyboard.play(chord(1.0, 1.0))
        recording.wait()
    sound = Sound.read(tmp_path / "chord.wav")
    began = sound.onset()
    assert began is not None
    assert sound.part(0.0, began).level() < -80.0
    assert sound.part(began, began + 0.9).level() > -50.0
    heard = sound.part(began + 0.1, began + 0.9).pitches()
    assert set(CHORD) <= heard
    assert not heard & {49, 54, 61, 66}
    assert sound.part(sound.seconds - 0.5, sound.seconds).level() < -60.0


@pytest.mark.parametrize("pitches", [{60}, {36, 43}, {72, 73}, {57, 60, 64}])
def test_pitches_of_pure_tones_are_named_exactly(pitches: set[int], tmp_path: Path) -> None:
    time = np.arange(24_000) / 48_000
    tones = sum(np.sin(2 * np.pi * 440.0 * 2 ** ((pitch - 69) / 12) * time) for pitch in pitches)
    wavfile.write(tmp_path / "tones.wav", 48_000, (8_000 * np.asarray(tones)).astype(np.int16))
    assert Sound.read(tmp_path / "tones.wav").pitches() == pitches


def test_silence_has_no_onset() -> None:
    silence = Sound(np.zeros(48_000), 48_000)
    assert (silence.onset(), silence.level()) == (None, -200.0)


def test_a_program_that_never_says_the_word_fails_the_test_with_what_it_did_say() -> None:
    with (
        Program([sys.executable, "-c", "print('hello')"]) as program,
        pytest.raises(pytest.fail.Exception, match=r"(?s)no line like 'ready'.*exit code .*hello"),
    ):
        program.wait_for_line("ready")


def test_a_program_gets_the_signal_and_its_exit_code_tells() -> None:
    with Program([sys.executable, "-c", "print('up', flush=True); import time; time.sleep(60)"]) as program:
        program.wait_for_line("up")
        program.signal(signal.SIGTERM)
        assert program.wait() == -signal.SIGTERM


def test_a_child_of_the_tests_heeds_every_signal() -> None:
    words = [sys.executable, "-c", "import signal as s; print([s.getsignal(n) != s.SIG_IGN for n in (1, 2, 3)])"]
    with Program(words) as program:
        program.wait_for_line(r"^\[True, True, True\]$")


def test_it_does_so_where_the_tests_themselves_were_told_to_ignore_them() -> None:
    """As nohup, and the background of a script, have it."""
    test = f"{Path(__file__)}::{test_a_child_of_the_tests_heeds_every_signal.__name__}"
    pytest_words = f'exec "{sys.executable}" -m pytest -q -p no:cacheprovider "{test}"'
    done = subprocess.run(["sh", "-c", f"trap '' HUP INT QUIT; {pytest_words}"], capture_output=True, text=True)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
