"""`--preset classic`: from a folder to a model of names that the same engine plays."""

import argparse
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

import tests.training.needs_tensorflow  # noqa: F401 - TensorFlow, quietly, or skip
from exported.card import PAGE, SOUND, Card, check_graph, read_card
from exported.onnx_model import load_model
from midi.errors import InputError
from midi.names import pitches_of
from midi.notes import HUMAN, Note
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import performed
from tests.training.music import write_folder
from training.classic import reading
from training.classic.training_run import ClassicTrainingRun
from training.corpus import Corpus, read_folder
from training.plan import CLASSIC, Plan
from training.verbs import train

SMALL = replace(CLASSIC, layers=1, units=12, width=8, streams=2, chunk=20, epochs=2)


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    train.add_arguments(parser)
    return parser.parse_args(words)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return read_folder(write_folder(tmp_path_factory.mktemp("music"), 4, 60))


@pytest.fixture(scope="module")
def made(corpus: Corpus, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    run = ClassicTrainingRun(corpus, SMALL, home / "work", "antiphon train music --preset classic --name old")
    run.export(run.fit(), home / "old")
    return home / "old"


@pytest.fixture(scope="module")
def card(made: Path) -> Card:
    return read_card(made)


def test_its_vocabulary_is_the_names_in_the_music(corpus: Corpus, card: Card) -> None:
    assert card.sounds == sorted({name for work in corpus.works for name in reading.sounds(work)})
    assert card.vocabulary == {SOUND: len(card.sounds)}
    assert card.contexts == {}
    assert card.corpus["works"] == 4


def test_its_card_holds_training_loss_and_held_out_loss_and_counting(made: Path, card: Card) -> None:
    check_graph(made, card)
    assert card.training["learning_nats_per_note"] > 0
    assert card.held_out["nats_by_field"].keys() == {SOUND}
    assert set(card.held_out["baselines"]) == {"unigram", "n_gram", "n_gram_adapting"}
    page = (made / PAGE).read_text()
    assert f"was {card.training['learning_nats_per_note']:.4f} nats a name" in page
    assert f"| {card.held_out['nats_per_note']:.3f} |" in page
    assert f"{len(card.sounds):,} names of notes and chords" in page


def test_the_same_engine_answers_with_it_in_names_of_half_a_beat(made: Path, card: Card) -> None:
    tempo = Tempo.of(120)
    phrase = [Note(12 * i, 12, 60 + i, 80, voice=HUMAN) for i in range(8)]
    offline = Offline(Engine(load_model(made, "cpu"), Settings(bpm=120, bars=1)))
    offline.perform(performed(phrase, tempo))
    answer = offline.answered()
    assert len(answer) >= 8
    played = {pitches_of(name) for name in card.sounds}
    assert all(tuple(n.pitch for n in chord) in played for _, chord in groupby(answer, key=lambda note: note.onset))
    assert {(note.onset - answer[0].onset) % 12 for note in answer} == {0}


def test_its_sizes_are_the_tutorials_unless_told_otherwise() -> None:
    words = ("music", "--name", "old", "--preset", "classic")
    plan = train._plan(arguments(*words), None)
    assert (plan.layers, plan.units, plan.dropout, plan.streams, plan.chunk) == (3, 512, 0.3, 64, 100)
    assert plan.epochs == 250
    assert train._plan(arguments(*words, "--epochs", "7", "--batch", "8"), None) == replace(
        CLASSIC, epochs=7, streams=8
    )
    assert train._plan(arguments("music", "--name", "new"), None) == Plan()
    assert train.command_of(arguments(*words)) == "antiphon train music --name old --preset classic"


def test_a_preset_is_not_for_going_on_from_a_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--preset is for a training that begins from nothing"):
        train.run(arguments("m", "--name", "old", "--out", str(tmp_path), "--preset", "classic", "--from", "default"))
