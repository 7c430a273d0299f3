"""`antiphon train`, as a user meets it: a whole training, interrupted and resumed, and everything one can get wrong."""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from exported.card import CARD, GOLDEN, GRAPH, LOSS_CURVE, PAGE, WEIGHTS, check_graph, read_card
from midi.errors import INTERRUPTED, InputError, MachineError
from tests.tiny_model import build
from tests.training.music import write_folder
from training.base_model import find_base_model
from training.corpus import music21_corpus
from training.plan import Plan, tuning
from training.stepper import Stepper
from training.verbs import train

ROOT = Path(train.__file__).parents[2]
PROMPT_S = 240
"""Longer than any step takes on a machine that is busy with other things."""


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(words)


def start(folder: Path, out: Path, tmp_path: Path, *flags: str) -> subprocess.Popen[str]:
    words = [
        str(folder),
        "--name",
        "mine",
        "--out",
        str(out),
        "--units",
        "48",
        "--width",
        "24",
        "--time",
        "15s",
        *flags,
    ]
    with (tmp_path / "stderr").open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "antiphon", "train", *words],
            cwd=ROOT,
            env=os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


def keeping_weights(folder: Path) -> Path:
    """As if the tiny model had been trained: of the weights it would keep, the few that tell its size."""
    np.savez(folder / WEIGHTS, **{"hidden/voice/bias": np.zeros(8)})  # type: ignore[arg-type]
    return folder


def wait_for(text: str, path: Path) -> None:
    deadline = time.monotonic() + PROMPT_S
    while text not in path.read_text():
        assert time.monotonic() < deadline, path.read_text()
        time.sleep(0.05)


@pytest.mark.timeout(3 * PROMPT_S)
@pytest.mark.needs_trainer
def test_a_few_real_pieces_become_a_model_though_it_was_interrupted(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "music", 1), tmp_path / "models"
    for part, count in (("bach", 5), ("ryansMammoth", 12)):
        (folder / part).mkdir()
        for path in sorted((music21_corpus() / part).glob("*.[am][bx][cl]"))[:count]:
            shutil.copy(path, folder / part)
    (folder / "cut.mid").write_bytes((folder / "000.mid").read_bytes()[:30])
    (folder / "part.mid").write_bytes((folder / "000.mid").read_bytes()[:200])
    (folder / "text.mid").write_text("a letter, not music")

    interrupted = start(folder, out, tmp_path, "--time", "10m")  # a busy machine may take 15 s for its first step
    wait_for("training:", tmp_path / "stderr")
    interrupted.send_signal(signal.SIGINT)
    told, _ = interrupted.communicate(timeout=PROMPT_S)
    assert interrupted.returncode == INTERRUPTED
    assert "skipped 2" in told
    assert "To go on: antiphon train" in (tmp_path / "stderr").read_text()
    assert not out.exists()

    resumed = start(folder, out, tmp_path, "--time", "40s")
    told, _ = resumed.communicate(timeout=PROMPT_S)
    assert resumed.returncode == 0, (tmp_path / "stderr").read_text()
    assert "resuming after" in told
    for line in (
        "| **mine** |",
        "  cut.mid: ",
        "  text.mid: ",
        "  part.mid: it ends in the middle of",
        f"next: antiphon jam --model {out / 'mine'}",
    ):
        assert line in told
    progress = (tmp_path / "stderr").read_text().splitlines()
    assert all(line.startswith(("reading:", "training:")) for line in progress), progress

    assert [path.name for path in out.iterdir()] == ["mine"]
    made = out / "mine"
    assert {path.name for path in made.iterdir()} == {GRAPH, CARD, PAGE, GOLDEN, LOSS_CURVE, WEIGHTS}
    card = read_card(made)
    assert not card.learned_velocity
    assert set(card.corpus["skipped"]) == {"cut.mid", "text.mid"}
    assert card.corpus["split"]["test"]["works"] >= 1
    assert card.held_out["nats_per_note"] < 20
    assert set(card.held_out["baselines"]) == {"unigram", "n_gram", "n_gram_adapting"}
    check_graph(made, card)
    stepper = Stepper.of(made, card)
    outputs = stepper.step(stepper.started(1), stepper.zeros(1))
    assert outputs["pitch_hidden"].shape == (1, 24)
    assert stepper.heads[2].logits(outputs["pitch_hidden"][0], (0,) * len(card.inputs)).shape == (128,)
    assert card.imitation["shares"]["voice"] == 0
    assert outputs["key"].shape == (1, 48)
    assert (made / LOSS_CURVE).read_bytes().startswith(b"\x89PNG")
    assert card.training["command"] in (made / PAGE).read_text()


@pytest.mark.needs_trainer
@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "either a folder of music or --corpus default"),
        (("music", "--corpus", "default"), "either a folder of music or --corpus default"),
        (("nowhere",), "nowhere: no such folder"),
        (("empty",), "empty: no music in it"),
        (("text",), "none of the 1 files could be read"),
        (("--corpus", "other"), "no corpus named 'other'"),
        (("music", "--time", "soon"), "--time soon"),
        (("music", "--name", "../up"), "cannot name a model"),
        (("music", "--name", "taken"), "exists and is not a model"),
        (("music", "--out", "text/a.mid"), "text/a.mid is not a folder"),
        (("music", "--from", "other"), "no model named 'other'"),
        (("music", "--from", "first", "--layers", "3"), "--layers 3: first has 1"),
        (("music", "--from", "first", "--units", "512"), "--units 512: first has 16"),
        (("music", "--from", "first", "--width", "512"), "--width 512: first has 8"),
        (("music", "--rehearse", "0.5"), "--rehearse is for a training that begins from a model"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("music", "empty", "text", "models/taken"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "text" / "a.mid").write_text("a letter, not music")
    keeping_weights(build(tmp_path / "first"))
    with pytest.raises(InputError, match=told) as raised:
        train.run(arguments("--name", "mine", "--out", "models", *words))
    assert "\n" not in str(raised.value)
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["taken"]


def test_missing_packages_are_named_with_what_installs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(tmp_path / "music", 1)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "tf2onnx" else object())
    with pytest.raises(MachineError, match=r"pip install 'antiphon\[train\]' \(missing: tf2onnx\)"):
        train.run(arguments(str(tmp_path / "music"), "--name", "mine", "--out", str(tmp_path)))


@pytest.mark.parametrize(
    "words",
    [
        ("--epochs", "0"),
        ("--rehearse", "1"),
        ("--rehearse", "half"),
        ("--units", "many"),
        ("--layers", "-1"),
        ("--batch", "0"),
        ("--width", "0"),
        ("--dropout", "1"),
        ("--weight-drop", "-0.1"),
        ("--threads", "0"),
        ("--seed", "-1"),
        (),
    ],
)
def test_flags_out_of_range_are_refused(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("music", *(("--name", "mine", *words) if words else ()))
    assert (words[0] if words else "--name") in capsys.readouterr().err


def test_the_command_in_the_page_makes_the_model_again() -> None:
    plain = arguments("--corpus", "default", "--name", "default", "--time", "20m", "--fresh")
    assert train.command_of(plain) == "antiphon train --corpus default --name default --time 20m"
    other = arguments("my music", "--name", "mine", "--seed", "7", "--layers", "3", "--out", "models")
    assert train.command_of(other) == "antiphon train 'my music' --name mine --out models --layers 3 --seed 7"
    assert arguments(*shlex.split(train.command_of(other))[2:]) == other
    shaped = arguments(
        *("music", "--name", "mine", "--width", "96", "--dropout", "0.2", "--weight-drop", "0.3", "--threads", "1")
    )
    assert train.command_of(shaped).endswith("--width 96 --dropout 0.2 --weight-drop 0.3 --threads 1")
    further = arguments("music", "--from", "default", "--name", "mine", "--rehearse", "0.4")
    assert train.command_of(further) == "antiphon train music --from default --name mine --rehearse 0.4"


def test_a_model_to_begin_from_brings_its_size_and_gentler_habits(tmp_path: Path) -> None:
    words = ("music", "--name", "mine")
    plan = train._plan(arguments(*words, "--units", "48"), None)
    assert plan == Plan(units=48)
    base = find_base_model(str(keeping_weights(build(tmp_path / "first"))), Path("nowhere"), {})
    planned = train._plan(arguments(*words, "--from", "first", "--weight-drop", "0.3"), base)
    assert planned == tuning(Plan(layers=1, units=16, width=8, weight_drop=0.3))


def test_two_places_have_two_checkpoint_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    one, other = train.checkpoint_folder(tmp_path / "a" / "mine"), train.checkpoint_folder(tmp_path / "b" / "mine")
    assert one != other
    assert one.parent == other.parent == tmp_path / "antiphon" / "trainings"


def test_the_verb_is_light_until_it_runs() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import training.verbs.train, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert not set(done.stdout.split()) & {
        "tensorflow",
        "keras",
        "music21",
        "numpy",
        "onnxruntime",
        "matplotlib",
        "mido",
    }
