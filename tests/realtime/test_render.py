"""`antiphon render`: a file in, a file and a picture out, the same for the same seed."""

import subprocess
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import mido
import pytest

from antiphon import main
from midi.files import read_midi
from midi.tokens import STYLED_FIELDS
from tests.peers.daemon import installed
from tests.peers.program import PATIENCE_S
from tests.tiny_model import build

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"


Render = Callable[..., tuple[str, str]]


@pytest.fixture
def render(tiny_folder: Path, capfd: pytest.CaptureFixture[str]) -> Render:
    """Answers a phrase in this process, `render(output, *flags)`: what was printed, and the warnings."""

    def run(output: Path, *flags: str, phrase: Path = SEED) -> tuple[str, str]:
        capfd.readouterr()
        assert main(["render", str(phrase), "-o", str(output), "--model", str(tiny_folder), *flags]) == 0
        printed = capfd.readouterr()
        return printed.out, printed.err

    return run


def test_the_installed_command_answers_as_this_process_does(render: Render, tiny_folder: Path, tmp_path: Path) -> None:
    words = [installed(), "render", str(SEED), "-o", str(tmp_path / "installed.mid"), "--model", str(tiny_folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    assert done.stderr == ""
    render(tmp_path / "here.mid")
    assert (tmp_path / "installed.mid").read_bytes() == (tmp_path / "here.mid").read_bytes()


def test_the_answer_follows_the_phrase_on_a_track_of_its_own(render: Render, tmp_path: Path) -> None:
    printed, warnings = render(tmp_path / "o.mid")
    assert (printed.splitlines()[-1], warnings) == (str(tmp_path / "o.mid"), "")
    file = mido.MidiFile(tmp_path / "o.mid")
    assert [track.name for track in file.tracks[1:]] == ["Human", "Antiphon"]
    seed, both = read_midi(SEED), read_midi(tmp_path / "o.mid")
    assert both.bpm == pytest.approx(seed.bpm)
    human = [(n.onset - seed.notes[0].onset, n.pitch, n.duration, n.velocity) for n in seed.notes]
    assert [(n.onset, n.pitch, n.duration, n.velocity) for n in both.notes[: len(human)]] == human
    assert len(both.notes) > len(human)
    assert both.notes[len(human)].onset > max(onset for onset, *_ in human)


def test_a_phrase_that_is_cut_off_is_answered_and_told_as_such(render: Render, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mid"
    cut.write_bytes(SEED.read_bytes()[:200])
    _, warnings = render(tmp_path / "o.mid", phrase=cut)
    assert warnings == f"antiphon: {cut}: it ends in the middle of a track: the notes before that were read\n"
    assert read_midi(tmp_path / "o.mid").notes


def test_the_same_seed_writes_the_same_file(render: Render, tmp_path: Path) -> None:
    for name, rng_seed in (("a", "1"), ("b", "1"), ("c", "2")):
        render(tmp_path / f"{name}.mid", "--rng-seed", rng_seed)
    a, b, c = ((tmp_path / f"{name}.mid").read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_without_a_seed_it_is_0_and_says_so(render: Render, tmp_path: Path) -> None:
    printed, _ = render(tmp_path / "unsaid.mid")
    assert printed.splitlines()[0] == "rng-seed 0 (give --rng-seed 0 for the same again)"
    render(tmp_path / "said.mid", "--rng-seed", "0")
    assert (tmp_path / "unsaid.mid").read_bytes() == (tmp_path / "said.mid").read_bytes()


def test_a_picture_is_drawn(render: Render, tmp_path: Path) -> None:
    printed, _ = render(tmp_path / "o.mid", "--png", str(tmp_path / "o.png"))
    assert printed.splitlines()[-1] == str(tmp_path / "o.png")
    from matplotlib.image import imread

    pixels = imread(tmp_path / "o.png")
    assert pixels.shape[0] > 300
    assert pixels.shape[1] > 600
    colours = {tuple((255 * colour).round().astype(int)) for colour in pixels[:, :, :3].reshape(-1, 3)[::7]}
    assert len(colours) > 20, "an empty picture has fewer colours than two players and a grid"


def test_the_answer_is_written_as_it_sounds(tmp_path: Path) -> None:
    """Beside the beat, swung, with its pedal; and the file says what made it."""
    styled = build(tmp_path / "styled", STYLED_FIELDS, styles=("jazz",))
    flags = ["--model", str(styled), "--pedal", "1", "--follow-placement", "0", "--temperature", "2", "--bars", "4"]
    assert main(["render", str(SEED), "-o", str(tmp_path / "o.mid"), *flags]) == 0
    file = mido.MidiFile(tmp_path / "o.mid")
    human, answer = file.tracks[1:]
    ticks = {track.name: accumulate(message.time for message in track) for track in (human, answer)}
    onsets = {
        track.name: [at for at, message in zip(ticks[track.name], track, strict=True) if message.type == "note_on"]
        for track in (human, answer)
    }
    assert {onset % (file.ticks_per_beat // 24) for onset in onsets["Human"]} == {0}
    assert len({onset % (file.ticks_per_beat // 24) for onset in onsets["Antiphon"]}) > 3
    pedals = [message.value for message in answer if message.is_cc(64)]
    assert pedals[-1] == 0
    assert set(pedals) == {0, 127}
    assert any(message.type == "text" and "--follow-placement 0" in message.text for message in file.tracks[0])


def test_a_drummer_plays_to_a_tune_on_channel_10(drummer_folder: Path, tmp_path: Path) -> None:
    flags = ["--part", "drums", "--mode", "accompany", "--model", str(drummer_folder)]
    assert main(["render", str(SEED), "-o", str(tmp_path / "o.mid"), *flags]) == 0
    answer = mido.MidiFile(tmp_path / "o.mid").tracks[2]
    channels = {message.channel for message in answer if message.type == "note_on"}
    assert channels == {9}


def test_a_drummer_answers_a_file_of_drums_alone(drummer_folder: Path, tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=24)
    pads = [mido.Message(kind, note=36, time=12, channel=9) for kind in 8 * ("note_on", "note_off")]
    file.tracks.append(mido.MidiTrack(pads))
    file.save(tmp_path / "pads.mid")
    words = ["render", str(tmp_path / "pads.mid"), "-o", str(tmp_path / "o.mid"), "--model", str(drummer_folder)]
    assert main([*words, "--part", "drums"]) == 0
    tracks = read_midi(tmp_path / "o.mid", with_drums=True)
    assert len(tracks.notes) > 8
    assert {note.channel for note in tracks.notes} == {9}
