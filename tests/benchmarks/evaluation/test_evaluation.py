"""`python -m benchmarks.evaluation`, on a tiny model and a small folder of music."""

import argparse
import json
from pathlib import Path

import pytest

from benchmarks.evaluation import __main__ as verb
from midi.tokens import FIELDS
from tests.benchmarks.evaluation.musician import trained
from tests.tiny_model import SCORE_FIELDS

FEW = ("--runs", "2", "--notes", "30")


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    verb.add_flags(parser)
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


@pytest.mark.parametrize(
    "words", [("--imitate", "2"), ("--temperature", "hot"), ("--runs", "0"), ("--notes", "x"), ("--split", "train")]
)
def test_flags_out_of_range_are_refused(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments("mine", *words)
    assert words[0] in capsys.readouterr().err
