"""A model of styles goes on to a user's performances: it learns their habits, and says which it did."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import Card, read_card
from midi.notes import Note
from midi.piece import Control
from midi.tokens import PEDAL, STYLE, STYLED_CONTEXTS, STYLED_FIELDS
from tests.training import players
from tests.training.styled_music import encoded
from tests.training.tiny import UNITS, WIDTH, network
from training import imitating
from training.base_model import BaseModel, find_base_model
from training.corpus import Corpus, read_folder
from training.export import graphs_of, write_folder
from training.plan import STYLED_STREAMS, Plan, tuning
from training.style_page import NOTICE
from training.touched_encoding import model_inputs
from training.training_run import TrainingRun
from training.verbs import train

PLAN = replace(tuning(Plan(layers=1, units=UNITS, width=WIDTH, streams=4, chunk=32, epochs=16)), rate=0.03)
TOLD = {"folk": [], "jazz": ["velocity"]}
"""The touch that the base model knew, by style."""
Player = Callable[[int], tuple[list[Note], list[Control]]]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseModel:
    """A model of styles that has learned nothing."""
    folder = tmp_path_factory.mktemp("models") / "first"
    made = network(STYLED_FIELDS, layers=1, given=STYLED_CONTEXTS)
    for variable in made.model.trainable_variables:
        variable.assign(variable * 0.3)
    graphs = graphs_of(made, encoded("jazz", 1).ids)
    write_folder(made, graphs.packed, graphs.golden, folder, Card("first", corpus={"name": "styles", "touch": TOLD}))
    (folder / NOTICE).write_text("made from the music of others")
    return find_base_model(str(folder), Path("nowhere"), {})


@pytest.fixture(autouse=True)
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(imitating, "SHARPNESSES", (30.0,))
    monkeypatch.setattr(imitating, "DOUBTS", (0.1,))


def performances(folder: Path, player: Player) -> Corpus:
    for seed in range(12):
        players.write(folder, f"{seed:02}.mid", *player(seed))
    return read_folder(folder)


def learned(base: BaseModel, folder: Path, player: Player, style: str = "") -> Card:
    corpus = performances(folder / "music", player)
    run = TrainingRun(corpus, PLAN, folder / "work", "antiphon train", base, style=style)
    assert run.fields == STYLED_FIELDS
    card = run.export(run.fit(), folder / "mine")
    run.report(card, folder / "mine")
    return card


def test_the_habits_of_a_player_are_learned_and_named(
    base: BaseModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    card = learned(base, tmp_path, players.habitual, "jazz")
    before, after = card.held_out["before"], card.held_out
    assert after["explained_variance"]["velocity"] > 0.5 > before["explained_variance"]["velocity"]
    assert after["explained_variance"]["deviation"] > 0.5 > before["explained_variance"]["deviation"]
    assert after["pedal_auc"] > 0.8 > before["pedal_auc"]
    printed = capsys.readouterr().out
    assert "it learned your touch (R2 velocity " in printed
    assert "; not your" not in printed
    assert "| R2 velocity | R2 deviation | AUC pedal |" in printed
    assert card.training["style"] == "jazz"
    assert card.corpus["touch"] == {"folk": [], "jazz": ["velocity", "deviation", "pedal"]}
    assert read_card(tmp_path / "mine").vocabulary == base.card.vocabulary
    assert (tmp_path / "mine" / NOTICE).read_text() == "made from the music of others"


def test_where_there_are_no_habits_it_says_that_it_learned_none(
    base: BaseModel, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    learned(base, tmp_path, players.aimless)
    printed = capsys.readouterr().out
    assert "it did not learn your touch (R2 velocity" in printed
    assert "it learned" not in printed


def test_a_model_of_its_own_has_the_touch_of_its_files(tmp_path: Path) -> None:
    fields, contexts = model_inputs(performances(tmp_path / "music", players.habitual).works)
    assert fields == STYLED_FIELDS
    assert STYLE not in contexts


def test_a_handful_of_files_is_learned_in_small_batches(base: BaseModel) -> None:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    words = ["music", "--name", "mine", "--from", "first"]
    assert train._plan(parser.parse_args(words), base).streams == STYLED_STREAMS
    assert train._plan(parser.parse_args([*words, "--batch", "16"]), base).streams == 16
    assert train._plan(parser.parse_args(words[:3]), None).streams == Plan().streams


def test_what_the_files_do_not_tell_is_named(base: BaseModel, tmp_path: Path) -> None:
    def without_pedal(seed: int) -> tuple[list[Note], list[Control]]:
        return players.habitual(seed)[0], []

    corpus = performances(tmp_path / "music", without_pedal)
    assert PEDAL not in model_inputs(corpus.works)[0]
    run = TrainingRun(corpus, PLAN, tmp_path / "work", "", base)
    assert run.remarks[-1] == "your files do not tell pedal: of that it learns nothing new"
