"""`antiphon models`."""

from dataclasses import replace
from pathlib import Path

import pytest

from antiphon import main
from exported.card import GRAPH, PAGE, read_card, sha256, write_card
from midi.errors import ModelError
from midi.tokens import FIELDS
from tests.tiny_model import build


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two models, and nothing that ships."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("exported.model_store.SHIPPED", tmp_path / "exported")
    build(tmp_path / "exported" / "quiet")
    build(tmp_path / "exported" / "loud", FIELDS)
    return tmp_path / "exported"


@pytest.mark.usefixtures("shelf")
def test_every_model_is_listed_with_what_sets_it_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    loud, quiet = told.split("\nquiet\n")
    assert loud.startswith("loud\n")
    assert "  dynamics      learned\n" in loud
    assert "dynamics      not learned" in quiet
    assert all(f"  {label}" in quiet for label in ("learned from", "held out", "size", "folder"))


def test_a_model_stands_beside_the_baselines_of_its_own_pieces(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card = replace(
        read_card(shelf / "quiet"),
        corpus={"name": "reels", "works": 1_234, "notes": 56_789},
        held_out={"nats_per_note": 2.4381, "baselines": {"n_gram": {"nats_per_note": 2.9}}},
    )
    write_card(card, shelf / "quiet")
    assert main(["models", "quiet"]) == 0
    told = capsys.readouterr().out
    assert "  learned from  reels, 1,234 works, 56,789 notes\n" in told
    assert "  held out      2.438 nats a note (less is better; n-gram 2.9)\n" in told
    assert max(len(line) for line in told.splitlines() if str(shelf) not in line) <= 110


def test_a_model_of_styles_is_listed_by_style(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    jazz = {"imitating": {"nats_per_note": 10.7401}, "baselines": {"n_gram_adapting": {"nats_per_note": 12.827}}}
    card = replace(
        read_card(shelf / "quiet"),
        corpus={"name": "styles", "styles": {"folk": {}, "jazz": {}}},
        held_out={"styles": {"jazz": jazz}},
    )
    write_card(card, shelf / "quiet")
    assert main(["models", "quiet"]) == 0
    printed = capsys.readouterr().out
    assert "2 styles: folk, jazz" in printed
    assert "jazz 10.74 (12.83)" in printed
    write_card(replace(card, held_out={"styles": {"jazz": {}}}), shelf / "quiet")
    main(["models", "quiet"])
    assert "not measured" in capsys.readouterr().out


def test_a_broken_model_is_listed_with_its_reason_and_the_others_still_are(
    shelf: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shelf / "loud" / GRAPH).write_bytes(b"another graph")
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    assert f"cannot be used: {Path('exported') / 'loud'}" in told.replace(str(shelf.parent) + "/", "")
    assert sha256(shelf / "loud" / GRAPH) in told
    assert "dynamics      not learned" in told


def test_one_model_is_shown_with_its_page(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shelf / "quiet" / PAGE).write_text("# quiet\n\nLearned from \x1b[2Jreels.\n")
    assert main(["models", "quiet"]) == 0
    told = capsys.readouterr().out
    assert sha256(shelf / "quiet" / GRAPH) in told
    assert told.endswith("# quiet\n\nLearned from \\x1b[2Jreels.\n")


def test_a_model_without_a_page_is_shown_all_the_same(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shelf / "quiet" / PAGE).unlink(missing_ok=True)
    assert main(["models", "quiet"]) == 0
    assert sha256(shelf / "quiet" / GRAPH) in capsys.readouterr().out


def test_a_broken_model_asked_for_by_name_is_an_error(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shelf / "quiet" / GRAPH).unlink()
    assert main(["models", "quiet"]) == ModelError.exit_code
    assert capsys.readouterr().err.startswith("antiphon: ")


def test_an_empty_shelf_says_how_to_fill_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("exported.model_store.SHIPPED", tmp_path / "exported")
    assert main(["models"]) == 0
    assert capsys.readouterr().out == "no models yet: antiphon train makes one\n"
