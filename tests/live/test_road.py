"""The whole road: a folder of music, as a musician has one, to a model, to an answer on a real port."""

import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from exported.card import CARD, GOLDEN, GRAPH, LOSS_CURVE, PAGE, WEIGHTS, check_graph, read_card
from midi.files import read_midi, write_midi
from tests.live.conftest import Stage
from tests.peers.daemon import installed
from tests.peers.sender import from_file

SEED = Path(__file__).parents[2] / "midi" / "seeds" / "phrase.mid"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real pieces of three formats, nested, some with dynamics, and among them what is not music."""
    corpus = pytest.importorskip("music21.corpus")
    top = tmp_path_factory.mktemp("music")
    (top / "chorales").mkdir()
    for path in sorted(corpus.getComposer("bach", fileExtensions=("mxl",)))[:16]:
        shutil.copy(path, top / "chorales")
    for path in sorted(corpus.getComposer("ryansMammoth", fileExtensions=("abc",)))[:12]:
        shutil.copy(path, top)
    write_midi(top / "mine.mid", [("me", read_midi(SEED).notes)], 112)
    (top / "broken.mid").write_bytes(SEED.read_bytes()[:50])
    (top / "letter.mid").write_text("dear all")
    (top / "notes.txt").write_text("not music, and not named so")
    return top


@pytest.mark.timeout(1000)
def test_a_folder_of_music_becomes_an_answer_on_a_port(
    folder: Path, stage: Callable[..., Stage], tmp_path: Path
) -> None:
    words = [installed(), "train", str(folder), "--name", "mine", "--time", "20s", "--units", "96"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "broken.mid" in done.stdout
    assert "letter.mid" in done.stdout
    assert "notes.txt" not in done.stdout
    model = tmp_path / "exported" / "mine"
    assert sorted(path.name for path in model.iterdir()) == sorted((CARD, GOLDEN, GRAPH, LOSS_CURVE, PAGE, WEIGHTS))
    assert [path.name for path in (tmp_path / "exported").iterdir()] == ["mine"]
    card = read_card(model)
    check_graph(model, card)
    assert "velocity" not in card.vocabulary, "nearly all of this music has no dynamics"

    on_stage = stage("--model", str(model), "--bpm", "112")
    sent = on_stage.keyboard.play(from_file(SEED))
    heard = on_stage.wait_for_answer(3)
    assert heard[0].at_ns > sent[-1].at_ns
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
