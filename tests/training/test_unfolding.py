"""A graph back to weights: the network begun from an exported model computes what its graph computes."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import read_card
from exported.shelf import SHIPPED
from midi.errors import InputError, ModelError
from midi.tokens import FIELDS, Field
from tests import tiny_model
from tests.training.tiny import THREE, network, pieces
from training.batches import packed
from training.evaluate import evaluate
from training.export import export, golden_of, golden_tokens, parity
from training.network import Network, Shape
from training.origin import find_origin
from training.stepper import Stepper
from training.unfolding import begun, factors

NOWHERE = Path("nowhere")


@pytest.mark.parametrize(("fields", "layers"), [(THREE, 1), (FIELDS, 3)])
def test_a_network_goes_into_a_graph_and_comes_back(fields: tuple[Field, ...], layers: int, tmp_path: Path) -> None:
    made = network(fields, layers)
    card = export(made, pieces(1, fields=fields)[0], tmp_path / "made", "made", {})
    origin = find_origin(str(tmp_path / "made"), NOWHERE, None, None)
    assert (origin.layers, origin.units) == (layers, 12)
    weights = begun(origin)
    assert weights.parameters == card.parameters
    kept = made.weights()
    for now, then in zip(weights.layers[1:], kept.layers[1:], strict=True):
        assert all((one == other).all() for one, other in zip(now, then, strict=True))
    assert all((weights.tables[pair] == kept.tables[pair]).all() for pair in kept.tables)


def test_begun_from_the_default_model_it_foretells_and_steps_as_its_graph_does() -> None:
    origin = find_origin(str(SHIPPED / "default"), NOWHERE, None, None)
    made = Network(Shape(origin.card.fields, origin.layers, origin.units), 2, 16)
    made.begin_from(begun(origin))
    stepper, music = Stepper(origin.graph, THREE), pieces(3)
    assert parity(golden_of(made, golden_tokens(music[0], THREE)), stepper) < origin.card.parity_tolerance
    losses = sum(made.losses(batch) for batch in packed(music, THREE, 2, 16))
    notes = sum(map(len, music))
    assert evaluate(stepper, music, THREE).nats == pytest.approx(np.asarray(losses) / notes, rel=1e-4)


@pytest.mark.parametrize("width", [3, 12, 40])
def test_tables_are_factored_whether_the_bias_makes_them_one_rank_more_or_not(width: int) -> None:
    rng = np.random.default_rng(1)
    kernel, bias = rng.normal(size=(width, 4 * width)), rng.normal(size=4 * width)
    tables = [(rng.normal(size=(rows, width)) @ kernel).astype(np.float32) for rows in (9, 13)]
    tables[0] += bias.astype(np.float32)
    embeddings, found, offset = factors(tables, width)
    assert embeddings[0] @ found + offset == pytest.approx(tables[0], abs=1e-4)
    assert embeddings[1] @ found == pytest.approx(tables[1], abs=1e-4)


def test_a_graph_of_another_make_is_refused_in_one_line(tmp_path: Path) -> None:
    origin = find_origin(str(tiny_model.build(tmp_path / "tiny")), NOWHERE, None, None)
    with pytest.raises(ModelError, match=r"cannot be begun from: .* rank 64, more than its 16 units") as raised:
        begun(origin)
    assert "\n" not in str(raised.value)


def test_weights_that_compute_something_else_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export(network(), pieces(1)[0], tmp_path / "made", "made", {})
    monkeypatch.setattr("training.unfolding.swapped", lambda array: array)
    with pytest.raises(ModelError, match=r"cannot be begun from: Keras with its weights differs"):
        begun(find_origin(str(tmp_path / "made"), NOWHERE, None, None))


def test_the_folder_to_begin_from_is_checked_before_anything_heavy(tmp_path: Path) -> None:
    folder = tiny_model.build(tmp_path / "tiny")
    assert find_origin(str(folder), NOWHERE, 1, 16).facts()["name"] == "tiny"
    for layers, units, said in ((2, None, "--layers 2: tiny has 1"), (1, 256, "--units 256: tiny has 16")):
        with pytest.raises(InputError, match=said):
            find_origin(str(folder), NOWHERE, layers, units)
    with pytest.raises(InputError, match="is the model to begin from: choose another --name"):
        find_origin(str(folder), folder, None, None)
    with pytest.raises(InputError, match="no model named 'other'"):
        find_origin("other", NOWHERE, None, None)
    (folder / "model.onnx").write_bytes(b"another graph")
    with pytest.raises(ModelError, match="copy the folder again whole"):
        find_origin(str(folder), NOWHERE, None, None)


def test_layers_of_different_sizes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny_model.build(tmp_path / "tiny")
    card = read_card(folder)
    monkeypatch.setattr("training.origin.read_card", lambda _: replace(card, state_size=40))
    with pytest.raises(ModelError, match="a state of 40 and a key of 16"):
        find_origin(str(folder), NOWHERE, None, None)
