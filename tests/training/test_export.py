"""The exported step computes what Keras computes, note by note, states and all, and is plain arithmetic."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from exported.card import (
    GOLDEN,
    GRAPH,
    WEIGHTS,
    Card,
    check_graph,
    conditions,
    constant_names,
    input_names,
    output_names,
    read_card,
)
from midi.errors import InputError, ModelError
from midi.tokens import CONTEXTS, FIELDS, Field
from tests.training.music import SCORE, ids
from tests.training.tiny import UNITS, network
from training.batches import packed
from training.encoding import EncodedPiece
from training.evaluate import believed_of, evaluate
from training.export import (
    GOLDEN_NOTES,
    PACKED_TOLERANCE,
    TOLERANCE,
    golden_of,
    golden_tokens,
    graphs_of,
    parity,
    publish,
    write_folder,
)
from training.graph import FORBIDDEN, packed_graph, step_graph
from training.network import Network
from training.pieces import Ints
from training.stepper import Stepper
from training.steps import Batch

PLAIN = FIELDS[1:4]
"""Of a model without voices."""
KINDS = [(SCORE, CONTEXTS, 2), (FIELDS, CONTEXTS, 3), (PLAIN, (), 1), (SCORE, (), 2)]


def stepper_of(made: Network) -> Stepper:
    graph = step_graph(made.weights(), made.shape)
    return Stepper(graph.SerializeToString(), made.shape.fields, made.shape.given)


def logits_of(made: Network, music: Ints) -> dict[str, np.ndarray]:
    """Keras' logits [N, N(f)] for each note of a piece, as its whole model gives them; `made` for one stream of it."""
    made.states = [np.zeros_like(state) for state in made.states]
    start = np.array([[field.start for field in made.shape.inputs]], np.int32)
    given = np.concatenate([start, music[:-1]])[None]
    counts = np.ones((1, len(music), len(made.shape.fields)), np.float32)
    batch = Batch(given, music[None], counts, np.ones((1, len(music)), np.float32))
    return {name: np.asarray(value)[0] for name, value in made.model(made._inputs(batch), training=False).items()}


@pytest.mark.parametrize(("fields", "given", "layers"), KINDS)
def test_the_step_equals_keras_in_hidden_layers_state_and_key(
    fields: tuple[Field, ...], given: tuple[Field, ...], layers: int
) -> None:
    made = network(fields, layers, given=given)
    inputs = (*fields, *given)
    golden = golden_of(made, golden_tokens(ids(1, fields=fields, given=given)[0], inputs))
    assert len(golden["tokens"]) == GOLDEN_NOTES >= 64
    assert (golden["tokens"][0] == [field.start for field in inputs]).all()
    duration = [field.name for field in fields].index("duration")
    assert (golden["tokens"][:, duration] == fields[duration].unknown).any()
    assert parity(golden, stepper_of(made)) < TOLERANCE
    assert np.abs(golden["state"]).max() > 0.1


@pytest.mark.parametrize(("fields", "given", "layers"), KINDS)
def test_step_and_heads_together_give_keras_own_logits(
    fields: tuple[Field, ...], given: tuple[Field, ...], layers: int
) -> None:
    music = ids(1, fields=fields, given=given)[0]
    made = network(fields, layers, 1, len(music), given)
    wanted, stepper = logits_of(made, music), stepper_of(made)
    ids_in, state = stepper.started(1), stepper.zeros(1)
    for place, note in enumerate(music):
        outputs = stepper.step(ids_in, state)
        ids_in, state = note[None], outputs["next_state"]
        for field, head in zip(fields, stepper.heads, strict=True):
            mine = head.logits(outputs[f"{field.name}_hidden"][0], note)
            assert mine == pytest.approx(wanted[field.name][place], abs=TOLERANCE)
            assert head.probabilities(outputs[f"{field.name}_hidden"][0], note).sum() == pytest.approx(1, abs=1e-5)


def test_each_table_moves_the_field_it_is_for_and_only_that() -> None:
    """Whoever leaves out what is told, or tells it to another head, is judged differently."""
    music = ids(1)[0]
    made = network(streams=1, chunk=len(music))
    before, weights = logits_of(made, music), made.weights()
    tables = [name for name in weights if name.startswith("table/")]
    assert len(tables) == len(list(conditions(SCORE, CONTEXTS)))
    for table in tables:
        made.begin_from(weights | {table: weights[table] + 0.5})
        after = logits_of(made, music)
        moved = {name for name in before if np.abs(after[name] - before[name]).max() > 1e-6}
        assert moved == {table.split("/")[1]}, table


def test_parity_notices_a_wrong_state_a_wrong_hidden_layer_and_what_is_no_number() -> None:
    made = network()
    golden, stepper = golden_of(made, golden_tokens(ids(1)[0], made.shape.inputs)), stepper_of(made)
    assert parity(golden | {"state": golden["state"] + 0.01}, stepper) > 0.009
    assert parity(golden | {"key": golden["key"] + 0.01}, stepper) > 0.009
    assert parity(golden | {"wait_hidden": golden["wait_hidden"] + 0.01}, stepper) > 0.009
    assert not parity(golden | {"key": golden["key"] * np.nan}, stepper) <= PACKED_TOLERANCE


def test_the_graph_has_the_contracts_names_and_no_loop_and_packing_keeps_them() -> None:
    made = network(FIELDS)
    model = step_graph(made.weights(), made.shape)
    for graph in (model, packed_graph(model)):
        assert not {node.op_type for node in graph.graph.node} & FORBIDDEN
        assert [value.name for value in graph.graph.input] == input_names((*FIELDS, *CONTEXTS))
        names = [value.name for value in graph.graph.output]
        assert names == [*output_names(FIELDS), *constant_names(FIELDS, CONTEXTS)]


def test_many_voices_step_as_each_would_alone() -> None:
    stepper = stepper_of(network())
    music = ids(1)[0][:5]
    state = np.random.default_rng(1).normal(size=(5, stepper.state_size)).astype(np.float32)
    together = stepper.step(music, state)
    for voice in range(5):
        alone = stepper.step(music[voice : voice + 1], state[voice : voice + 1])
        for name in output_names(SCORE):
            assert alone[name][0] == pytest.approx(together[name][voice], abs=1e-5)


def test_the_constants_are_what_training_learned_packed_or_not() -> None:
    made = network(FIELDS)
    weights = made.weights()
    model = step_graph(weights, made.shape)
    for graph in (model, packed_graph(model)):
        heads = Stepper(graph.SerializeToString(), FIELDS, CONTEXTS).heads
        for field, head in zip(FIELDS, heads, strict=True):
            told = [other.name for later, other in conditions(FIELDS, CONTEXTS) if later == field]
            assert len(told) == len(head.tables)
            for table, name in zip(head.tables, told, strict=True):
                learned = weights[f"table/{field.name}/{name}"]
                assert (table[: len(learned)] == learned).all()
                assert not table[len(learned) :].any()  # START and unknown tell nothing
            assert (head.weights == weights[f"head/{field.name}/kernel"]).all()
            assert (head.bias == weights[f"head/{field.name}/bias"]).all()


def test_packing_takes_every_product() -> None:
    made = network(layers=3)
    kinds = [node.op_type for node in packed_graph(step_graph(made.weights(), made.shape)).graph.node]
    assert kinds.count("MatMulInteger") == 4
    assert "MatMul" not in kinds


def test_in_8_bits_a_network_of_real_weights_believes_nearly_the_same() -> None:
    """Weights as Keras begins an LSTM, and 64 units: sums of many products, as there are in a trained one."""
    made, music = Network(replace(network().shape, units=64, width=48), 2, 16), ids(3)
    rng = np.random.default_rng(2)
    weights = made.weights()
    for name in weights:
        if name.startswith("head/"):
            weights[name] = weights[name] * 3 + rng.normal(0, 0.5, weights[name].shape).astype(np.float32)
    made.begin_from(weights)
    model = step_graph(weights, made.shape)
    plain, packed_one = (Stepper(graph.SerializeToString(), SCORE, CONTEXTS) for graph in (model, packed_graph(model)))
    lost = []
    for piece in music:
        given, states = plain.started(1), [plain.zeros(1), plain.zeros(1)]
        for note in piece:
            believed = []
            for index, stepper in enumerate((plain, packed_one)):
                outputs = stepper.step(given, states[index])
                states[index] = outputs["next_state"]
                believed.append(believed_of(stepper, outputs, note[None]))
            given = note[None]
            lost.append(sum(float((p * np.log(p / q)).sum()) for p, q in zip(*believed, strict=True)))
    assert 0 < np.mean(lost) < 0.01
    assert max(lost) < 0.1


@pytest.mark.parametrize("fields", [SCORE, FIELDS, PLAIN], ids=["scores", "with velocity", "without voices"])
def test_evaluation_on_the_step_equals_keras_own_loss(fields: tuple[Field, ...]) -> None:
    made, music = network(fields, streams=3), ids(7, fields=fields)
    if fields is FIELDS:
        music[0][::3, 4] = fields[4].unknown
    pieces = [EncodedPiece(rows, np.zeros(len(rows), np.int32)) for rows in music]
    losses = sum(made.losses(batch) for batch in packed(pieces, fields, CONTEXTS, 3, 16))
    counted = [sum(int((piece[:, i] < f.size).sum()) for piece in music) for i, f in enumerate(fields)]
    figures = evaluate(stepper_of(made), music)
    voiced = int(fields[0].name == "voice")
    assert figures.notes == sum(map(len, music))
    assert figures.nats[voiced:] == pytest.approx((np.asarray(losses) / counted)[voiced:], rel=1e-4)
    assert figures.total == pytest.approx(sum(figures.nats[voiced:]))
    assert figures.perplexity == pytest.approx(np.exp(figures.total))


def test_evaluation_does_not_depend_on_how_many_pieces_run_side_by_side(monkeypatch: pytest.MonkeyPatch) -> None:
    stepper, music = stepper_of(network()), ids(7)
    together = evaluate(stepper, music)
    monkeypatch.setattr("training.evaluate.ABREAST", 2)
    assert evaluate(stepper, music).nats == pytest.approx(together.nats)
    assert evaluate(stepper, music).top1 == together.top1


def test_of_the_notes_of_a_piece_only_those_count_that_are_said_to() -> None:
    stepper, music = stepper_of(network()), ids(4)
    high = evaluate(stepper, music, counts=lambda due: due[:, 2] >= 60)
    low = evaluate(stepper, music, counts=lambda due: due[:, 2] < 60)
    every = evaluate(stepper, music)
    assert (high.notes, low.notes) == (
        sum(int((piece[:, 2] >= 60).sum()) for piece in music),
        sum(int((piece[:, 2] < 60).sum()) for piece in music),
    )
    both = (np.array(high.nats) * high.notes + np.array(low.nats) * low.notes) / every.notes
    assert both == pytest.approx(every.nats)


def test_an_export_is_a_folder_that_the_contract_accepts(tmp_path: Path) -> None:
    made = network()
    graphs = graphs_of(made, ids(1)[0])
    for step in (graphs.plain, graphs.packed):
        folder = tmp_path / step.weights
        card = write_folder(made, step, graphs.golden, folder, Card("made", training={"seed": 1}))
        read = read_card(folder)
        assert read.graph_sha256 == card.graph_sha256
        assert read.parameters == sum(int(np.prod(v.shape)) for v in made.model.trainable_variables)
        assert (read.state_size, read.key_size) == (4 * UNITS, UNITS)
        assert read.training["seed"] == 1
        tolerance = {"int8": PACKED_TOLERANCE, "float32": TOLERANCE}[read.training["weights"]]
        assert read.training["parity"] < read.parity_tolerance == tolerance
        stepper = Stepper(check_graph(folder, read), read.fields, read.context_fields)
        with np.load(folder / GOLDEN, allow_pickle=False) as golden:
            state = stepper.zeros(1)
            for index, one in enumerate(golden["tokens"]):
                outputs = stepper.step(one[None], state)
                state = outputs["next_state"]
                wanted = pytest.approx(golden["pitch_hidden"][index], abs=read.parity_tolerance)
                assert outputs["pitch_hidden"][0] == wanted
            assert state[0] == pytest.approx(golden["state"], abs=read.parity_tolerance)
            assert outputs["key"][0] == pytest.approx(golden["key"], abs=read.parity_tolerance)
        with np.load(folder / WEIGHTS, allow_pickle=False) as kept:
            named = made.weights()
            assert set(kept.files) == named.keys()
            assert all((kept[name] == array).all() for name, array in named.items())


def test_a_step_that_differs_from_keras_is_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    made = network()
    monkeypatch.setattr(
        "training.export.step_graph",
        lambda weights, shape: step_graph(weights | {"hidden/pitch/bias": weights["hidden/pitch/bias"] + 0.5}, shape),
    )
    with pytest.raises(ModelError, match=r"differs from Keras by 0\.5"):
        graphs_of(made, ids(1)[0])


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
