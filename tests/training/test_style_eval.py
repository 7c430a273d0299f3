"""`antiphon eval` of a model of styles, on a table of hymns and a small default corpus."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exported.card import PAGE, Card, read_card, write_card
from midi.errors import InputError
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from tests.tiny_model import build
from tests.training.styled_music import make_tables
from training.page import write_pages
from training.style_corpus import read_style_corpus
from training.style_facts import corpus_facts
from training.style_page import NOTICE
from training.verbs import eval as verb

STYLES = ["folk", "chorale"]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny model of tunes and chorales; the tables of its hymns lie beside it."""
    make_tables(tmp_path, monkeypatch)
    folder = build(tmp_path / "styles", STYLED_FIELDS, STYLED_CONTEXTS)
    write_card(replace(read_card(folder), corpus=corpus_facts(read_style_corpus(tmp_path, STYLES))), folder)
    return folder


def measured(model: Path, *words: str) -> dict[str, Any]:
    """The figures that the verb writes for programs."""
    figures = model.parent / "figures.json"
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    verb.run(parser.parse_args([str(model), "--tables", str(model.parent), "--json", str(figures), *words]))
    content: dict[str, Any] = json.loads(figures.read_text())
    return content


def test_each_style_stands_beside_counting(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = measured(model, "--all")
    assert list(figures["styles"]) == sorted(STYLES)
    for style in STYLES:
        facts = figures["styles"][style]
        assert facts["baselines"].keys() == {"unigram", "n_gram", "n_gram_adapting"}
        assert facts["imitating"]["nats_per_note"] != facts["nats_per_note"]
        assert "velocity" not in facts["nats_by_field"]  # a score's is not known
    printed = capsys.readouterr().out
    assert "on the test pieces of 2 styles" in printed
    assert "mind" not in printed
    assert measured(model, "--all") == figures


def test_all_pieces_of_the_part_are_measured(model: Path) -> None:
    sizes = read_card(model).corpus["styles"]
    for part in ("test", "valid"):
        figures = measured(model, "--all", "--split", part)
        assert figures["judged_on"] == part
        assert {s: figures["styles"][s]["notes"] for s in STYLES} == {s: sizes[s][part]["notes"] for s in STYLES}


def test_a_sample_is_called_one(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert measured(model)["is_sample"]
    assert "mind: a sample" in capsys.readouterr().out


def test_a_tables_folder_must_be_named(model: Path) -> None:
    parser = argparse.ArgumentParser()
    verb.add_arguments(parser)
    with pytest.raises(InputError, match="--tables FOLDER"):
        verb.run(parser.parse_args([str(model)]))


def test_music_split_otherwise_is_refused(model: Path) -> None:
    card = read_card(model)
    card.corpus["styles"]["folk"]["test"]["works"] += 1
    write_card(card, model)
    with pytest.raises(InputError, match="folk music is not split as it was"):
        measured(model)


def test_a_table_unknown_here_is_refused(model: Path) -> None:
    card = read_card(model)
    card.corpus["tables"][0]["sha256"] = "0" * 64
    write_card(card, model)
    with pytest.raises(InputError, match=r"hymns\.npz"):
        measured(model)


def test_a_place_for_figures_that_cannot_be_is_refused_first(model: Path) -> None:
    with pytest.raises(InputError, match="make it first"):
        measured(model, "--json", str(model / "nowhere" / "figures.json"))


def test_page_and_notice_name_every_source(model: Path) -> None:
    made: dict[str, Any] = {
        "command": "python -m training.styles tables",
        "shares": {"folk": 0.6, "chorale": 0.4},
        "seed": 1,
    }
    made |= {"layers": 1, "units": 16, "width": 8, "streams": 2, "chunk": 16, "rate": 0.002, "weights": "int8"}
    made |= {"dropout": 0.1, "weight_drop": 0.0, "packing_costs": 0.001, "parity": 0.5}
    imitation = {"sharpness": 30.0, "doubt": 0.03, "shares": {"pitch": 0.9}}
    card: Card = replace(read_card(model), held_out=measured(model), training=made, imitation=imitation)
    write_pages(card, model)
    page, notice = ((model / name).read_text("utf-8") for name in (PAGE, NOTICE))
    table = card.corpus["tables"][0]
    for words in (table["source"], table["licence"], table["attribution"], table["sha256"], "folk 60%", NOTICE):
        assert words in page
    for words in (table["licence"], table["attribution"], "Jack Campin", "keep this file beside the weights"):
        assert words in notice
    assert made["command"] in page
