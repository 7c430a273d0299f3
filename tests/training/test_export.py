"""The exported step computes what Keras computes, note by note, states and all, and is plain arithmetic."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import GOLDEN, GRAPH, check_graph, conditions, input_names, output_names, read_card, table_names
from midi.errors import InputError, ModelError
from midi.tokens import FIELDS, Field
from tests.training.tiny import THREE, network, pieces
from training.batches import packed
from training.evaluate import evaluate
from training.export import GOLDEN_NOTES, TOLERANCE, export, golden_of, golden_tokens, parity, publish
from training.graph import FORBIDDEN, step_graph
from training.network import Network
from training.stepper import Stepper


def stepper_of(made: Network) -> Stepper:
    return Stepper(step_graph(made.weights(), made.shape.fields).SerializeToString(), made.shape.fields)


@pytest.mark.parametrize(("fields", "layers"), [(THREE, 1), (THREE, 2), (FIELDS, 3)])
def test_the_step_equals_keras_in_logits_state_and_key(fields: tuple[Field, ...], layers: int) -> None:
    made = network(fields, layers)
    golden = golden_of(made, golden_tokens(pieces(1, fields=fields)[0], fields))
    assert len(golden.tokens) == GOLDEN_NOTES >= 64
    assert (golden.tokens[0] == [field.start for field in fields]).all()
    assert (golden.tokens[:, 2] == fields[2].unknown).any()
    assert parity(golden, stepper_of(made)) < TOLERANCE
    assert np.abs(golden.state).max() > 0.1


def test_parity_notices_a_wrong_state_as_well_as_a_wrong_logit() -> None:
    made = network()
    golden, stepper = golden_of(made, golden_tokens(pieces(1)[0], THREE)), stepper_of(made)
    assert parity(replace(golden, state=golden.state + 0.01), stepper) > 0.009
    assert parity(replace(golden, key=golden.key + 0.01), stepper) > 0.009
    logits = golden.logits | {"wait": golden.logits["wait"] + 0.01}
    assert parity(replace(golden, logits=logits), stepper) > 0.009


def test_the_graph_has_the_contracts_names_and_no_loop() -> None:
    model = step_graph(network(FIELDS).weights(), FIELDS)
    assert not {node.op_type for node in model.graph.node} & FORBIDDEN
    assert [value.name for value in model.graph.input] == input_names(FIELDS)
    assert [value.name for value in model.graph.output] == [*output_names(FIELDS), *table_names(FIELDS)]


def test_many_voices_step_as_each_would_alone() -> None:
    stepper = stepper_of(network())
    ids = pieces(1)[0][:5]
    state = np.random.default_rng(1).normal(size=(5, stepper.state_size)).astype(np.float32)
    together = stepper.step(ids, state)
    for voice in range(5):
        alone = stepper.step(ids[voice : voice + 1], state[voice : voice + 1])
        for name in output_names(THREE):
            assert alone[name][0] == pytest.approx(together[name][voice], abs=1e-5)


def test_the_constant_outputs_are_the_tables_that_training_learned() -> None:
    made = network(FIELDS)
    tables = stepper_of(made).tables
    for later, earlier in conditions(FIELDS):
        assert (tables[f"{later.name}_given_{earlier.name}"] == made.weights().tables[later.name, earlier.name]).all()


@pytest.mark.parametrize("fields", [THREE, FIELDS], ids=["without velocity", "with velocity"])
def test_evaluation_on_the_step_equals_keras_own_loss(fields: tuple[Field, ...]) -> None:
    made, music = network(fields, streams=3), pieces(7, fields=fields)
    if len(fields) == 4:
        music[0][::3, 3] = fields[3].unknown
    losses = sum(made.losses(batch) for batch in packed(music, fields, 3, 16))
    counted = [sum(int((piece[:, i] < f.size).sum()) for piece in music) for i, f in enumerate(fields)]
    figures = evaluate(stepper_of(made), music, fields)
    assert figures.notes == sum(map(len, music))
    assert figures.nats == pytest.approx(np.asarray(losses) / counted, rel=1e-4)
    assert figures.perplexity == pytest.approx(np.exp(figures.total))


def test_evaluation_does_not_depend_on_how_many_pieces_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    stepper, music = stepper_of(network()), pieces(7)
    together = evaluate(stepper, music, THREE)
    monkeypatch.setattr("training.evaluate.VOICES", 2)
    assert evaluate(stepper, music, THREE).nats == pytest.approx(together.nats)
    assert evaluate(stepper, music, THREE).top1 == together.top1


def test_imitation_at_weight_zero_changes_nothing_and_pays_where_a_piece_repeats_itself() -> None:
    stepper, (phrase,) = stepper_of(network()), pieces(1)
    repeating = [np.tile(phrase, (6, 1))]
    plain = evaluate(stepper, repeating, THREE)
    assert evaluate(stepper, repeating, THREE, imitate=0.0) == plain
    assert evaluate(stepper, repeating, THREE, imitate=0.4).total < plain.total - 1


def test_conditioning_adds_the_row_of_what_was_drawn() -> None:
    """Without its tables a model is judged differently: they are not decoration."""
    made, music = network(), pieces(3)
    with_tables = evaluate(stepper_of(made), music, THREE)
    for pair, table in made._tables.items():
        table.trainable_weights[0].assign(np.zeros_like(made.weights().tables[pair]))
    without = evaluate(stepper_of(made), music, THREE)
    assert with_tables.nats[0] == pytest.approx(without.nats[0])
    assert abs(with_tables.nats[1] - without.nats[1]) > 0.01
    assert abs(with_tables.nats[2] - without.nats[2]) > 0.01


def test_an_export_is_a_folder_that_the_contract_accepts(tmp_path: Path) -> None:
    made = network()
    card = export(made, pieces(1)[0], tmp_path / "made", "made", {"training": {"seed": 1}})
    read = read_card(tmp_path / "made")
    assert read.graph_sha256 == card.graph_sha256
    assert read.parameters == sum(int(np.prod(v.shape)) for v in made.model.trainable_variables)
    assert (read.state_size, read.key_size) == (48, 12)
    assert read.training["parity"] < read.parity_tolerance
    stepper = Stepper(check_graph(tmp_path / "made", read), read.fields)
    with np.load(tmp_path / "made" / GOLDEN, allow_pickle=False) as golden:
        state = stepper.zeros(1)
        for index, ids in enumerate(golden["tokens"]):
            outputs = stepper.step(ids[None], state)
            state = outputs["next_state"]
            assert outputs["pitch_logits"][0] == pytest.approx(golden["pitch_logits"][index], abs=TOLERANCE)
        assert state[0] == pytest.approx(golden["state"], abs=TOLERANCE)
        assert outputs["key"][0] == pytest.approx(golden["key"], abs=TOLERANCE)


def test_a_step_that_differs_from_keras_is_not_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = network()
    wrong = made.weights()
    wrong.heads["pitch"][1][:] += 0.5
    monkeypatch.setattr(made, "weights", lambda: wrong)
    with pytest.raises(ModelError, match=r"differs from Keras by 0\.5"):
        export(made, pieces(1)[0], tmp_path / "made", "made", {})
    assert list(tmp_path.iterdir()) == []


def test_publishing_replaces_the_older_model_whole_or_not_at_all(tmp_path: Path) -> None:
    place = tmp_path / "model"
    for text in ("old", "new"):
        (tmp_path / "aside").mkdir()
        (tmp_path / "aside" / GRAPH).write_text(text)
        publish(tmp_path / "aside", place)
    assert [(path.name, path.read_text()) for path in place.iterdir()] == [(GRAPH, "new")]
    assert list(tmp_path.iterdir()) == [place]
    with pytest.raises(InputError, match="cannot write"):
        publish(tmp_path / "missing", place)
    assert (place / GRAPH).read_text() == "new"
    assert list(tmp_path.iterdir()) == [place]
