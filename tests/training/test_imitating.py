"""Imitation is tuned on pieces at hand: it finds what repeats, costs nothing where nothing does, and 0 is none."""

from collections.abc import Sequence

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import IMITATE
from exported.imitation import Imitation
from midi.tokens import CONTEXTS
from tests.training.music import SCORE, ids
from tests.training.tiny import network
from training.evaluate import evaluate
from training.graph import step_graph
from training.imitating import tuned
from training.pieces import Ints
from training.stepper import Stepper


@pytest.fixture(scope="module")
def stepper() -> Stepper:
    made = network()
    return Stepper(step_graph(made.weights(), made.shape).SerializeToString(), SCORE, CONTEXTS)


@pytest.fixture(scope="module")
def repeating() -> list[Ints]:
    return [np.tile(phrase, (6, 1)) for phrase in ids(3, notes=16)]


def test_weight_zero_changes_nothing_whatever_the_shares(stepper: Stepper, repeating: list[Ints]) -> None:
    plain = evaluate(stepper, repeating)
    assert evaluate(stepper, repeating, 0.0, Imitation(40.0, (0.9,) * len(SCORE))) == plain
    assert evaluate(stepper, repeating, IMITATE, Imitation(40.0, (0.0,) * len(SCORE))).nats == pytest.approx(plain.nats)


def test_what_repeats_is_found_and_pays(stepper: Stepper, repeating: list[Ints]) -> None:
    how = tuned(stepper, repeating)
    plain, imitating = evaluate(stepper, repeating), evaluate(stepper, repeating, IMITATE, how)
    assert imitating.total < plain.total - 1
    assert min(how.shares[1:]) >= 0.5, "a network that knows nothing had better listen to all that repeats"


@pytest.mark.parametrize("seed", range(4))
def test_on_the_pieces_it_is_tuned_on_it_never_costs_more_than_none(stepper: Stepper, seed: int) -> None:
    rng = np.random.default_rng(seed)
    music = ids(3, notes=24)
    for piece in music:
        for column in rng.choice([1, 2, 3], seed, replace=False):  # of this field nothing repeats any more
            piece[:, column] = rng.permutation(SCORE[column].size - 1)[: len(piece)]
    how = tuned(stepper, music)
    plain = evaluate(stepper, music)
    assert evaluate(stepper, music, IMITATE, how).total <= plain.total + 1e-6


def test_the_voice_takes_no_share(stepper: Stepper, repeating: list[Ints]) -> None:
    """With one, only its own notes would be imitated: none of what the human played."""
    assert tuned(stepper, repeating).shares[0] == 0


def test_a_field_best_left_alone_does_not_narrow_whom_the_later_ones_hear(
    stepper: Stepper, repeating: list[Ints], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is tuned is what is played: a field without a share does not narrow there either."""
    told: list[tuple[float, ...]] = []

    def trace(_: Stepper, pieces: Sequence[Ints], how: Imitation) -> tuple[np.ndarray, np.ndarray]:
        told.append(how.shares)
        model = np.full((10, 4), 0.5)
        votes = np.array([[1.0, 0.1, 0.9 if how.shares[1] else 0.2, 0.9]] * 10)
        return model, votes

    monkeypatch.setattr("training.imitating.trace", trace)
    how = tuned(stepper, repeating)
    assert told[:3] == [(0, 1, 1, 1), (0, 0, 1, 1), (0, 0, 0, 1)]
    assert how.shares[:3] == (0, 0, 0)
    assert how.shares[3] > 0
