"""The whole road: a .mat file to a table, trained once, resumed where it stopped."""

import contextlib
import io
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from benchmarks.piano_rolls import report, settings
from benchmarks.piano_rolls.card import Card
from benchmarks.piano_rolls.learner import Learner
from benchmarks.piano_rolls.settings import Settings
from benchmarks.piano_rolls.step import Step
from midi.errors import INTERRUPTED, InputError, ModelError
from tests.benchmarks.piano_rolls.made_up import mat

TINY = Settings(units=6, decoder=6, streams=2, chunk=16, epochs=3, periods=(4,), lags=(8,))


@dataclass(frozen=True, slots=True)
class Made:
    """A set, the model that was made of it, and what was printed meanwhile."""

    data: Path
    model: Path
    printed: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A set learned from beginning to end; the home of the cache stays where it was made."""
    place = tmp_path_factory.mktemp("rolls")
    data = mat(place / "MuseData.mat")
    printed = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(printed):
        patch.setenv("XDG_CACHE_HOME", str(place / "cache"))
        patch.setitem(settings.CHOSEN, "MuseData", TINY)
        assert report.run(data) == 0
        (model,) = (place / "cache").rglob("model.onnx")
        yield Made(data, model, printed.getvalue())


def no_more_learning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Learner, "learn", lambda *_: pytest.fail("it learned again"))


def test_a_set_is_scored_beside_baselines(made: Made) -> None:
    for words in ("sha256", "train", "valid, imitating", "test", "unigram", "frames, backing off", "seed 1"):
        assert words in made.printed


def test_a_set_is_learned_once(made: Made, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    no_more_learning(monkeypatch)
    assert report.run(made.data) == 0
    begin, end = made.printed.index("the exported"), made.printed.index("model:")
    assert capsys.readouterr().out == made.printed[:begin] + made.printed[end:]


def test_validation_can_be_looked_at_without_the_test_split(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.run(made.data, model=made.model, splits=("valid",)) == 0
    table = capsys.readouterr().out.partition("nats per frame")[2]
    assert "valid" in table
    assert "test" not in table
    assert "baseline" not in table


def test_the_weight_of_imitation_can_be_set(made: Made, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.run(made.data, model=made.model, splits=("valid",), imitate=0.0) == 0
    plain, imitating = capsys.readouterr().out.splitlines()[-2:]
    assert plain.split()[-3:] == imitating.split()[-3:]


def test_a_model_of_another_set_is_refused(made: Made, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not this file"):
        report.run(mat(tmp_path / "other.mat", count=2), model=made.model)
    with pytest.raises(InputError, match="no model"):
        report.run(made.data, model=tmp_path / "nowhere.onnx")


def test_a_card_is_read_back_as_it_was_written(made: Made) -> None:
    card = Card.of(Step(made.model).properties)
    assert (card.settings, card.keys, card.passes, card.name) == (TINY, 88, 3, "MuseData")
    assert Card.of(card.as_properties()) == card
    with pytest.raises(ModelError):
        Card.of({})


def test_an_interrupted_training_ends_as_one_that_never_was(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.piano_rolls.fit.SAVE_EVERY_S", 0.0)
    learn, learned = Learner.learn, []

    def interrupted(self: Learner, *given: Any) -> Any:
        learned.append(self)
        if len(learned) == 9:
            os.kill(os.getpid(), signal.SIGINT)
        return learn(self, *given)

    monkeypatch.setattr(Learner, "learn", interrupted)
    assert report.run(made.data, out=tmp_path, splits=()) == INTERRUPTED
    assert report.run(made.data, out=tmp_path, splits=()) == 0
    one, other = (Card.of(Step(path).properties) for path in (made.model, tmp_path / "model.onnx"))
    assert one.held_out == pytest.approx(other.held_out, abs=1e-6)
    assert one.passes == other.passes


def test_a_time_ends_a_training(made: Made, tmp_path: Path) -> None:
    report.run(made.data, out=tmp_path, epochs=100_000, seconds=1, splits=())
    assert Card.of(Step(tmp_path / "model.onnx").properties).passes < 1000
