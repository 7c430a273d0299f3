"""`antiphon eval`, as a user meets it, on a tiny model and a small folder of music."""

import argparse
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exported.card import CARD, GRAPH, SOUND, read_card, write_card
from midi.errors import InputError, ModelError
from midi.tokens import FIELDS
from tests.tiny_model import SCORE_FIELDS
from tests.training.judging.musician import trained
from tests.training.music import write_folder
from training.rolls import report
from training.verbs import eval as verb

ROOT = Path(verb.__file__).parents[2]

FEW = ("--runs", "2", "--notes", "30")


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with music in it, read once, and what reading it left in the cache."""
    folder = tmp_path_factory.mktemp("shelf")
    write_folder(folder / "music", 30, notes=80)
    return folder


@pytest.fixture(autouse=True)
def music(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(shelf / "cache"))
    return shelf / "music"


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    return parser.parse_args(words)


def test_one_table_tells_what_it_is_worth_and_what_it_plays(
    tmp_path: Path, music: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = trained(tmp_path, music)
    asked = (str(model), "--data", str(music), *FEW, "--json", str(tmp_path / "figures.json"))
    assert verb.run(arguments(*asked)) == 0
    told, found = capsys.readouterr().out, json.loads((tmp_path / "figures.json").read_text())
    titles = ["unigram", "n-gram", "n-gram, adapting within the piece"]
    titles += [
        f"mine{imitating}, {bars}" for bars in ("no bars", "bars known") for imitating in ("", ", imitating 0.3")
    ]
    assert [row["title"] for row in found["foretelling"]] == titles
    assert [row["title"] for row in found["playing"]][:3] == ["mine, imitating 0.3", "mine", "n-gram"]
    assert len(found["answering"]) == 5
    for row in found["foretelling"]:
        assert row["notes"] == found["notes"]
        assert f"{row['perplexity']:.2f}" in told
    assert "accompanying" not in found  # all of it is in one part
    capsys.readouterr()
    verb.run(arguments(*asked[:-1], str(tmp_path / "again.json")))
    assert json.loads((tmp_path / "again.json").read_text()) == found


def test_a_model_without_voices_and_bars_has_two_rows(tmp_path: Path, music: Path) -> None:
    model = trained(tmp_path, music, FIELDS[1:4], ())
    out = tmp_path / "figures.json"
    verb.run(arguments(str(model), "--data", str(music), *FEW, "--split", "valid", "--json", str(out)))
    found = json.loads(out.read_text())
    assert [row["title"] for row in found["foretelling"]][3:] == ["mine", "mine, imitating 0.3"]
    assert found["pieces"] == "validation"


def test_without_imitation_there_is_no_row_for_it(tmp_path: Path, music: Path) -> None:
    model = trained(tmp_path, music, SCORE_FIELDS, ())
    out = tmp_path / "figures.json"
    verb.run(arguments(str(model), "--data", str(music), *FEW, "--imitate", "0", "--json", str(out)))
    assert [row["title"] for row in json.loads(out.read_text())["foretelling"]][3:] == ["mine"]


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
        ((str(model), "--data", str(music), "--json", str(tmp_path / "no" / "figures.json")), "not a folder"),
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


@pytest.mark.parametrize(
    "words", [("--imitate", "2"), ("--temperature", "hot"), ("--runs", "0"), ("--notes", "x"), ("--split", "train")]
)
def test_flags_out_of_range_are_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("mine", *words)
    assert words[0] in capsys.readouterr().err


def test_piano_rolls_are_handed_on_as_they_were_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    def heard(path: Path, **options: Any) -> int:
        told.update(options, path=path)
        return 7

    monkeypatch.setattr(report, "run", heard)
    assert verb.run(arguments("--piano-rolls", "JSB.mat", "--time", "2m", "--split", "valid", "--seed", "3")) == 7
    asked = {name: value for name, value in told.items() if value is not None}
    assert asked == {"path": Path("JSB.mat"), "seconds": 120, "splits": ("valid",), "seed": 3, "fresh": False}


def test_a_set_that_is_not_there_is_told_with_where_it_can_be_had(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="locuslab") as raised:
        verb.run(arguments("--piano-rolls", str(tmp_path / "JSB_Chorales.mat")))
    assert "\n" not in str(raised.value)


def test_the_verb_is_light_until_it_runs() -> None:
    code = "import training.verbs.eval, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not set(done.stdout.split()) & {"tensorflow", "music21", "numpy", "onnxruntime", "scipy", "mido"}
