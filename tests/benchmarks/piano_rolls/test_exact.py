"""What is scored is a distribution over all sets of keys: with imitation too, and for the baselines."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from benchmarks.piano_rolls import duplicates, score
from benchmarks.piano_rolls.baselines import FrameNgram, Unigram
from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.graph import step_graph
from benchmarks.piano_rolls.imitation import Imitation, weights
from benchmarks.piano_rolls.learner import Learner
from benchmarks.piano_rolls.settings import Settings
from benchmarks.piano_rolls.step import Named, Step
from midi.errors import ModelError
from tests.benchmarks.piano_rolls.made_up import roll

KEYS = 4
SETTINGS = Settings(layers=2, units=5, decoder=6, periods=(2, 3), lags=(3,), shifts=1, streams=2, chunk=8)
SUBSETS = np.array(list(itertools.product((0, 1), repeat=KEYS)), np.uint8)
STRONG = Imitation(weight=0.8, sharpness=3.0, doubt=0.1)


@pytest.fixture(scope="module")
def learner() -> Learner:
    """A network that learned a little, so that its weights are no longer those of the start."""
    learner = Learner(SETTINGS, KEYS)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        states = learner.network.zeros(SETTINGS.streams)
        for batch in score_batches(rng):
            _, states = learner.learn(batch, 0.02, states)
    return learner


def score_batches(rng: np.random.Generator):  # type: ignore[no-untyped-def]
    from benchmarks.piano_rolls.frames import epoch

    return epoch([roll(20, seed=1), roll(25, seed=2)], SETTINGS.layout(KEYS), SETTINGS.streams, SETTINGS.chunk, rng)


@pytest.fixture(scope="module")
def step(learner: Learner) -> Step:
    return Step(step_graph(learner.weights(), {"told": "so"}).SerializeToString())


def nats_of_all_endings(step: Step, start: Roll, how: Imitation | None) -> np.ndarray:
    """The nats of the last frame, for each set of keys that may be it."""
    endings = [np.concatenate([start, [subset]]) for subset in SUBSETS]
    heard = score.listen(step, endings, SETTINGS.layout(KEYS))
    return np.array([each.nats(how)[-1] for each in heard])


@pytest.mark.parametrize("how", [None, STRONG, Imitation(0.95, 100.0, 1e-9)])
@pytest.mark.parametrize("length", [0, 1, 12])
def test_the_chances_of_all_sets_of_keys_sum_to_one(step: Step, how: Imitation | None, length: int) -> None:
    nats = nats_of_all_endings(step, roll(length, seed=3), how)
    assert np.exp(-nats).sum() == pytest.approx(1, abs=1e-5)


def test_imitation_favours_what_came_before_at_such_a_moment(step: Step) -> None:
    start = np.resize(roll(8, seed=3), (20, KEYS))
    usual = int(np.flatnonzero((start[12] == SUBSETS).all(axis=1))[0])
    plain, imitating = (nats_of_all_endings(step, start, how) for how in (None, Imitation(0.9, 100.0, 1e-3)))
    assert imitating[usual] < plain[usual]


def test_imitation_of_no_weight_changes_nothing(step: Step) -> None:
    (heard,) = score.listen(step, [roll(20, seed=5)], SETTINGS.layout(KEYS))
    assert (heard.nats(Imitation(0.0, 3.0, 0.1)) == heard.nats()).all()
    assert (heard.nats(STRONG) != heard.nats()).any()


def test_a_moment_remembers_only_earlier_ones() -> None:
    weighing = weights(np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32), 5.0)
    assert (np.triu(weighing) == 0).all()
    assert (weighing[np.tril_indices(6, -1)] > 0).all()


def test_the_step_computes_what_keras_does(step: Step, learner: Learner) -> None:
    rolls = [roll(20, seed=6), roll(33, seed=7)]
    for each, hidden in zip(rolls, step.listen(rolls, learner.layout), strict=True):
        np.testing.assert_allclose(hidden, learner.hidden(each), atol=2e-5)
    nats = np.concatenate([each.nats() for each in score.listen(step, rolls, learner.layout)])
    assert nats.mean() == pytest.approx(learner.held_out(rolls), abs=1e-5)


def test_the_step_keeps_what_it_was_told(step: Step) -> None:
    assert step.properties == {"told": "so"}


def test_a_file_that_is_no_step_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"no graph")
    with pytest.raises(ModelError, match="does not take"):
        Step(path)


def test_tuning_finds_imitation_where_it_helps_and_none_where_nothing_repeats(step: Step) -> None:
    layout = SETTINGS.layout(KEYS)
    repeating = score.listen(step, [np.resize(roll(8, seed=s), (64, KEYS)) for s in (11, 12)], layout)
    how = score.tune(repeating)
    assert how.weight > 0
    assert sum(each.nats(how).sum() for each in repeating) < sum(each.nats().sum() for each in repeating)


def test_what_is_named_ascends_and_ends() -> None:
    named = Named.of(np.array([[0, 1, 0, 1], [0, 0, 0, 0]], np.uint8))
    assert named.frame.tolist() == [0, 0, 0, 1]
    assert named.target.tolist() == [1, 3, 4, 4]
    assert named.last.tolist() == [0, 2, 4, 0]


def test_the_baselines_are_distributions_too() -> None:
    train = [roll(30, seed=1), roll(30, seed=2)]
    for baseline in (Unigram(train), FrameNgram(train, 1), FrameNgram(train, 3)):
        start = train[0][:7]
        nats = [baseline.nats(np.concatenate([start, [subset]]))[-1] for subset in SUBSETS]
        assert np.exp(-np.array(nats)).sum() == pytest.approx(1)


def test_an_ngram_that_looks_further_foretells_what_repeats_better() -> None:
    train, test = [np.resize(roll(8, seed=1), (64, KEYS))], np.resize(roll(8, seed=1), (16, KEYS))
    assert FrameNgram(train, 3).nats(test).mean() < FrameNgram(train, 1).nats(test).mean()


def test_a_transposed_melody_is_still_shared_and_another_is_not() -> None:
    rng = np.random.default_rng(1)
    tunes = [np.eye(40, dtype=np.uint8)[rng.integers(8, 30, 60)] for _ in range(2)]
    assert duplicates.shared([np.roll(tunes[0], 3, axis=1)], [tunes[0]]) == [1.0]
    assert duplicates.shared([tunes[1]], [tunes[0]]) == [0.0]
