"""`antiphon eval`, as a user meets it, on a tiny model and a small folder of music."""

import argparse
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from exported.card import CARD, GRAPH, SOUND, read_card, write_card
from midi.errors import InputError, ModelError
from tests.benchmarks.evaluation.musician import trained
from tests.tiny_model import SCORE_FIELDS
from tests.training.music import write_folder
from training.verbs import eval as verb

ROOT = Path(verb.__file__).parents[2]


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return parser.parse_args(words)


def test_the_model_stands_beside_counting_on_all_held_out_notes(
    tmp_path: Path, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = trained(tmp_path, music)
    assert verb.run(arguments(str(model), "--data", str(music), "--all")) == 0
    printed = capsys.readouterr().out
    rows = [line.split(" | ")[0].strip("| *") for line in printed.splitlines() if line.startswith("| ")][1:]
    assert rows[0] == "each field by its frequency alone"
    assert rows[-2:] == ["mine", "mine, imitating** (0.3)"]
    assert "on the test pieces" in printed
    assert "mind" not in printed


def test_a_sample_is_measured_where_the_music_is_long(
    tmp_path: Path, music: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verb, "SAMPLE", 100)
    verb.run(arguments(str(trained(tmp_path, music)), "--data", str(music)))
    printed = capsys.readouterr().out
    assert "mind: a sample of 2 of" in printed


def test_the_weight_of_imitation_is_that_asked_for(
    tmp_path: Path, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = trained(tmp_path, music, SCORE_FIELDS, ())
    verb.run(arguments(str(model), "--data", str(music), "--imitate", "0"))
    plain, imitating = capsys.readouterr().out.split("\n\n")[2].splitlines()[-2:]
    assert imitating.startswith("| **mine, imitating** (0) |")
    assert imitating.split(" | ")[1:] == plain.split(" | ")[1:]


def test_other_music_than_it_learned_from_is_refused_with_both_digests(tmp_path: Path, music: Path) -> None:
    model = trained(tmp_path, music)
    other = write_folder(tmp_path / "other", 3)
    with pytest.raises(InputError, match="not the music that mine learned from") as raised:
        verb.run(arguments(str(model), "--data", str(other)))
    assert read_card(model).corpus["digest"][:16] in str(raised.value)
    assert "3 works here, 30 there" in str(raised.value)


def test_what_cannot_be_measured_is_told_in_one_line(tmp_path: Path, music: Path) -> None:
    model = trained(tmp_path, music)
    card = read_card(model)
    for words, told in (
        ((), "give a model"),
        (("nobody",), "no model named 'nobody'"),
        ((str(model),), "mine learned from 'music': give the folder of that music with --data"),
        ((str(model), "--data", str(tmp_path / "nowhere")), "no such folder"),
    ):
        with pytest.raises(InputError, match=told) as raised:
            verb.run(arguments(*words))
        assert "\n" not in str(raised.value)
    write_card(replace(card, corpus={}), model)
    with pytest.raises(InputError, match="does not name"):
        verb.run(arguments(str(model)))
    write_card(replace(card, vocabulary={SOUND: 1}, sounds=["C4"], contexts={}), model)
    with pytest.raises(InputError, match="names of notes and chords"):
        verb.run(arguments(str(model), "--data", str(music)))


def test_a_damaged_model_is_not_measured(tmp_path: Path, music: Path) -> None:
    model = trained(tmp_path, music)
    (model / GRAPH).write_bytes((model / GRAPH).read_bytes() + b"\0")
    with pytest.raises(ModelError, match="sha256"):
        verb.run(arguments(str(model), "--data", str(music)))
    (model / CARD).unlink()
    with pytest.raises(InputError, match="no model named"):
        verb.run(arguments(str(model)))


@pytest.mark.parametrize("words", [("--imitate", "2"), ("--imitate", "x")])
def test_flags_out_of_range_are_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("mine", *words)
    assert words[0] in capsys.readouterr().err


def test_the_verb_is_light_until_it_runs() -> None:
    code = "import training.verbs.eval, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(done.stdout.split()) & {"tensorflow", "music21", "numpy", "onnxruntime", "scipy", "mido"}
