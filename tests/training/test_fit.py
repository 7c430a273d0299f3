"""The loop: it learns, keeps the best weights, and an interrupted training ends as one that never was."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from midi.errors import InputError
from midi.tokens import CONTEXTS
from tests.training.music import SCORE, pieces
from training.batches import Streams
from training.fit import Fit, Fitted
from training.plan import Plan
from training.steps import Batch

PLAN = Plan(layers=1, units=16, width=12, dropout=0.1, weight_drop=0.1, streams=4, chunk=32, epochs=20, rate=0.02)


def training(work: Path, plan: Plan = PLAN, corpus: str = "abc") -> Fit:
    return Fit(plan, SCORE, CONTEXTS, pieces(8), pieces(2, notes=17), work, corpus)


def weights(fitted: Fitted) -> list[np.ndarray[Any, Any]]:
    return [np.asarray(variable) for variable in fitted.network.model.trainable_variables]


def by_field(fitted: Fitted) -> list[tuple[float, ...]]:
    return [row.by_field for row in fitted.history.validations]


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def straight(work: Path) -> Fitted:
    """A training from beginning to end."""
    return training(work).run()


def interrupt_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Ctrl-C arrives in the middle of the step after so many."""
    original, made = Streams.next, [0]

    def next_batch(self: Streams) -> Batch:
        made[0] += 1
        if made[0] == steps + 1:
            os.kill(os.getpid(), signal.SIGINT)
        return original(self)

    monkeypatch.setattr(Streams, "next", next_batch)


def test_it_learns_to_the_end_of_the_plan(straight: Fitted) -> None:
    assert straight.finished
    assert straight.history.step == 40
    assert straight.history.validations[-1].learning < straight.history.validations[0].learning - 1


def test_the_weights_kept_are_those_of_the_best_look(straight: Fitted, work: Path) -> None:
    fit = training(work)
    fit.run()
    fit._validate()
    assert fit._history.validations[-1].held_out == pytest.approx(straight.history.best_validation.held_out, rel=1e-5)


def test_a_finished_training_is_not_trained_again(straight: Fitted, work: Path) -> None:
    fit = training(work)
    assert fit.over
    again = fit.run()
    assert again.history.step == straight.history.step
    assert all((one == other).all() for one, other in zip(weights(again), weights(straight), strict=True))


def test_an_interrupted_training_resumes_and_ends_as_one_that_was_not(
    straight: Fitted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        interrupt_after(patched, 13)
        stopped = training(tmp_path).run()
    assert not stopped.finished
    assert stopped.history.step == 14
    again = training(tmp_path)
    assert not again.over
    assert again.resumed_at == pytest.approx(stopped.history.seconds)
    resumed = again.run()
    assert resumed.finished
    assert by_field(resumed) == by_field(straight)
    assert all((one == other).all() for one, other in zip(weights(resumed), weights(straight), strict=True))


def test_another_corpus_or_size_is_refused(straight: Fitted, work: Path) -> None:
    with pytest.raises(InputError, match=r"corpus was abc, is def.*--fresh"):
        training(work, corpus="def")
    with pytest.raises(InputError, match=r"units was 16, is 24.*--fresh"):
        training(work, replace(PLAN, units=24))
    with pytest.raises(InputError, match=r"width was 12, is 10.*--fresh"):
        training(work, replace(PLAN, width=10))


def test_the_same_seed_gives_the_same_weights_bit_for_bit_and_another_does_not(
    straight: Fitted, tmp_path: Path
) -> None:
    again = training(tmp_path / "again").run()
    assert by_field(again) == by_field(straight)
    assert all((one == other).all() for one, other in zip(weights(again), weights(straight), strict=True))
    other = training(tmp_path / "other", replace(PLAN, seed=2)).run()
    assert all((one != its).any() for one, its in zip(weights(other), weights(straight), strict=True))


def test_the_voice_is_learned_but_costs_nothing_in_what_is_told(straight: Fitted) -> None:
    assert all(row.by_field[0] == 0 for row in straight.history.validations), (
        "in the held-out pieces all is the answer's"
    )
    head = SCORE[0].name
    kernel = straight.network.weights()[f"head/{head}/kernel"]
    keras_start = np.sqrt(6 / sum(kernel.shape))  # Glorot's limit
    assert np.abs(kernel).max() > keras_start, "it has moved further than it could have begun"
