"""The same file, model and random seed give the same answer: on the screen, through ports, and rendered."""

import csv
import signal
import subprocess
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from midi.files import read_midi, write_midi
from midi.message import NOTE_ON
from midi.notes import Note
from midi.tempo import Tempo
from tests.live.conftest import OUT
from tests.peers.daemon import Daemon, installed
from tests.peers.jackd import JackServer
from tests.peers.program import PATIENCE_S, wait_until
from tests.peers.receiver import Receiver

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"
PATIENT = ("--rng-seed", "7", "--late", "10000", "--bars", "2")
"""However busy the machine is, no note is left out."""


class Struck(NamedTuple):
    """A note of an answer: ticks from the first one's onset."""

    tick: int
    pitch: int
    velocity: int


def of_timing(path: Path, bpm: float) -> list[Struck]:
    """An answer as it was due, by the file of `--timing`: the machine may have been late."""
    with path.open(encoding="ascii") as file:
        rows = [
            row for row in csv.DictReader(file) if int(row["status"]) & 0xF0 == NOTE_ON and int(row["note_id"]) >= 0
        ]
    tempo = Tempo.of(bpm, int(rows[0]["due_ns"]))
    return [Struck(tempo.tick_at(int(row["due_ns"])), int(row["data1"]), int(row["data2"])) for row in rows]


def of_file(path: Path, seed: Path) -> list[Struck]:
    """An answer as it was rendered: what follows the seed's notes."""
    notes = read_midi(path).notes[len(read_midi(seed).notes) :]
    return [Struck(note.onset - notes[0].onset, note.pitch, note.velocity or 0) for note in notes]


@pytest.fixture
def off_the_beat(tmp_path: Path) -> Path:
    """A phrase in 3/4 that begins with a rest, at a tempo of its own, with chords."""
    notes = [Note(17 + 12 * beat, 10, pitch, 60 + 5 * beat) for beat in range(9) for pitch in (55 + beat, 62 + beat)]
    write_midi(tmp_path / "phrase.mid", [("phrase", notes)], 97.0)
    return tmp_path / "phrase.mid"


@pytest.mark.parametrize("which", ["bundled", "off the beat"])
def test_a_file_has_one_answer_wherever_it_is_played(
    which: str,
    jack: JackServer,
    daemon: Callable[..., Daemon],
    receiver: Callable[[str], Receiver],
    closing: ExitStack,
    tiny: str,
    off_the_beat: Path,
    tmp_path: Path,
) -> None:
    seed = SEED if which == "bundled" else off_the_beat
    flags = ("--model", tiny, *PATIENT)
    subprocess.run([installed(), "render", seed, "-o", tmp_path / "r.mid", *flags], check=True, timeout=PATIENCE_S)
    rendered = of_file(tmp_path / "r.mid", seed)
    assert len(rendered) >= 5
    bpm = read_midi(seed).bpm or 0.0

    seeded = ("--no-save", "--seed", str(seed))
    screen = closing.enter_context(
        Daemon(*flags, *seeded, "--midi-api", "none", "--timing", str(tmp_path / "screen.csv"))
    )
    listener = receiver("listener")  # before the jam: the answer comes seconds after it is ready
    open_ports = daemon(*flags, *seeded, "--timing", str(tmp_path / "ports.csv"))
    open_ports.wait_ready()
    jack.connect(OUT, listener.port)
    wait_until(lambda: len(listener.note_ons) >= len(rendered), "the whole answer")
    assert sorted(one.message[1] for one in listener.note_ons) == sorted(note.pitch for note in rendered)
    open_ports.signal(signal.SIGINT)
    assert open_ports.wait() == 0
    assert sorted(of_timing(tmp_path / "ports.csv", bpm)) == rendered
    assert screen.wait() == 0
    assert sorted(of_timing(tmp_path / "screen.csv", bpm)) == rendered
