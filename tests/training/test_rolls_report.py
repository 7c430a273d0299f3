"""The whole road: a .mat file to a table, trained once, resumed where it stopped."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from midi.errors import InputError, ModelError
from tests.training.rolls import mat
from training.rolls import report, settings
from training.rolls.card import Card
from training.rolls.learner import Learner
from training.rolls.settings import Settings
from training.rolls.step import Step

TINY = Settings(units=6, decoder=6, streams=2, chunk=16, epochs=3, periods=(4,), lags=(8,))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setitem(settings.CHOSEN, "MuseData", TINY)  # type: ignore[arg-type]
    return mat(tmp_path / "MuseData.mat")


def test_a_set_is_learned_once_and_scored_beside_baselines(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert report.run(data) == 0
    printed = capsys.readouterr().out
    for words in ("sha256", "train", "valid, imitating", "test", "unigram", "frames, backing off", "seed 1"):
        assert words in printed
    monkeypatch.setattr(Learner, "learn", lambda *_: pytest.fail("it learned again"))
    assert report.run(data) == 0
    again = capsys.readouterr().out
    assert again == printed[: printed.index("the exported")] + printed[printed.index("model:") :]


def test_validation_can_be_looked_at_without_the_test_split(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.run(data, splits=("valid",), epochs=1) == 0
    table = capsys.readouterr().out.partition("nats per frame")[2]
    assert "valid" in table
    assert "test" not in table
    assert "baseline" not in table


def test_a_model_of_another_set_is_refused(data: Path, tmp_path: Path) -> None:
    assert report.run(data, out=tmp_path / "made", epochs=1, splits=("valid",)) == 0
    with pytest.raises(InputError, match="not this file"):
        report.run(mat(tmp_path / "other.mat", count=2), model=tmp_path / "made" / "model.onnx")
    with pytest.raises(InputError, match="no model"):
        report.run(data, model=tmp_path / "nowhere.onnx")


def test_a_card_is_read_back_as_it_was_written(data: Path, tmp_path: Path) -> None:
    report.run(data, out=tmp_path, epochs=2, splits=())
    card = Card.of(Step(tmp_path / "model.onnx").told)
    assert (card.settings.epochs, card.settings.lags, card.keys, card.passes) == (2, (8,), 88, 2)
    assert Card.of(card.as_properties()) == card
    with pytest.raises(ModelError):
        Card.of({})


def test_an_interrupted_training_ends_as_one_that_never_was(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.rolls.fit.SAVE_EVERY_S", 0.0)
    report.run(data, out=tmp_path / "straight", splits=())
    learn, learned = Learner.learn, []

    def interrupted(self: Learner, *given: Any) -> Any:
        learned.append(self)
        if len(learned) == 9:
            os.kill(os.getpid(), signal.SIGINT)
        return learn(self, *given)

    monkeypatch.setattr(Learner, "learn", interrupted)
    assert report.run(data, out=tmp_path / "halting", splits=()) == report.INTERRUPTED
    assert report.run(data, out=tmp_path / "halting", splits=()) == 0
    one, other = (Card.of(Step(tmp_path / name / "model.onnx").told) for name in ("straight", "halting"))
    assert one.held_out == pytest.approx(other.held_out, abs=1e-6)
    assert one.passes == other.passes


def test_a_time_ends_a_training(data: Path, tmp_path: Path) -> None:
    report.run(data, out=tmp_path, epochs=100_000, seconds=1, splits=())
    assert Card.of(Step(tmp_path / "model.onnx").told).passes < 1000
