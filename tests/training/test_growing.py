"""A network with touch and style: grown from a smaller one, told nothing that is not known, and exported as it is."""

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from midi.errors import ModelError
from midi.tokens import CONTEXTS, STYLED_CONTEXTS, STYLED_FIELDS
from tests.training.music import SCORE
from tests.training.styled_music import INPUTS, encoded
from tests.training.tiny import network
from training.evaluate import evaluate
from training.export import TOLERANCE, graphs_of
from training.growing import grown
from training.network import Network
from training.stepper import Stepper
from training.steps import packed_steps, steps_of


def test_what_the_smaller_foretold_stays_as_it_was() -> None:
    small, large = network(), network(STYLED_FIELDS, given=STYLED_CONTEXTS)
    large.begin_from(grown(small.weights(), large.weights()))
    piece = encoded("jazz", 1)
    kept = [INPUTS.index(field) for field in (*SCORE, *CONTEXTS)]
    (whole,) = packed_steps([steps_of(piece.ids[:15], INPUTS, len(STYLED_FIELDS))], INPUTS, 2, 16)
    (part,) = packed_steps([steps_of(piece.ids[:15, kept], small.shape.inputs, len(SCORE))], small.shape.inputs, 2, 16)
    assert large.hidden(whole)["pitch"] == pytest.approx(small.hidden(part)["pitch"], abs=1e-4)


def test_layers_of_another_size_are_refused() -> None:
    small, large = network(layers=1), network(layers=1)
    cut = {name: array[:-1] if name == "lstm/0/kernel" else array for name, array in small.weights().items()}
    with pytest.raises(ModelError, match="not in layers"):
        grown(cut, large.weights())


def test_a_velocity_that_is_not_known_tells_the_later_heads_nothing() -> None:
    made = network(STYLED_FIELDS, given=STYLED_CONTEXTS)
    piece = encoded("jazz", 1)
    at = [field.name for field in INPUTS].index("velocity")
    results = []
    for velocity in (3, 20):
        ids = piece.ids[:15].copy()
        ids[:, at] = velocity
        (batch,) = packed_steps([steps_of(ids, INPUTS, len(STYLED_FIELDS))], INPUTS, 2, 16)
        batch.inputs[:, :, at] = piece.ids[0, at]
        batch.loss_mask[:, :, at] = 0
        results.append(made.logits(batch)["deviation"][0])  # the other stream is padding
    assert (results[0] == results[1]).all()


def test_without_beats_a_wait_teaches_only_whether_it_is_none() -> None:
    made = network(STYLED_FIELDS, given=STYLED_CONTEXTS)
    at = [field.name for field in INPUTS].index("wait")
    ids = encoded("performance", 1).ids[:15]
    batches = []
    for wait in (5, 40):
        other = ids.copy()
        other[:, at] = wait
        (batch,) = packed_steps([steps_of(other, INPUTS, len(STYLED_FIELDS), has_beats=False)], INPUTS, 2, 16)
        batch.inputs[:, :, at] = 5
        batches.append(batch)
    costs = [made.losses(batch)[at] for batch in batches]
    assert costs[0] == pytest.approx(costs[1])
    logits = made.logits(batches[0])["wait"][0, :15].astype(np.float64)
    none = np.exp(logits[:, 0]) / np.exp(logits).sum(axis=1)
    assert costs[0] == pytest.approx(-np.log(1 - none).sum(), rel=1e-4)


def test_a_step_with_touch_and_style_computes_what_keras_does() -> None:
    made = network(STYLED_FIELDS, layers=1, given=STYLED_CONTEXTS)
    graphs = graphs_of(made, encoded("jazz", 1).ids)
    assert graphs.plain.difference < TOLERANCE
    stepper = Stepper(graphs.plain.graph, STYLED_FIELDS, STYLED_CONTEXTS)
    piece = encoded("jazz", 2).ids
    (batch,) = packed_steps([steps_of(piece[:31], INPUTS, len(STYLED_FIELDS))], INPUTS, 2, 32)
    twin = Network(made.shape, 2, 32)
    twin.begin_from(made.weights())
    nats = dict(zip([field.name for field in STYLED_FIELDS], twin.losses(batch) / 31, strict=True))
    alone = evaluate(stepper, [piece[:31]])
    for field, cost in zip(alone.fields, alone.nats, strict=True):
        assert cost == pytest.approx(nats[field.name], rel=1e-3)
