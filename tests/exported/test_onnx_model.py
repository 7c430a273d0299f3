"""Loading a model: what the card promises is what runs, and anything else is refused with both values."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest

from exported.card import CARD, GRAPH, read_card, sha256, write_card
from exported.imitation import Imitation
from exported.onnx_model import OnnxModel, load_model
from exported.runtime import CUDA, compiled_providers, cuda_obstacle
from midi.errors import InputError, MachineError, ModelError
from midi.tokens import CONTEXTS, FIELDS, NOWHERE, WAIT, Token, start


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "copy"))


ONE: Token = (1, 12, 60, 11, *NOWHERE)
OTHER: Token = (0, 3, 72, 5, 2, 48)


def test_a_step_leaves_the_state_it_was_given_and_returns_the_next(model: OnnxModel) -> None:
    before = model.origin.state.copy()
    after = model.after(ONE, model.origin.state)
    assert np.array_equal(model.origin.state, before)
    assert after.state.shape == (model.card.state_size,)
    assert after.key.shape == (model.card.key_size,)
    assert [row.shape for row in after.hidden] == [head.weights.shape[:1] for head in model.heads]
    assert not np.array_equal(after.state, before)


def test_states_do_not_share_memory(model: OnnxModel) -> None:
    one = model.after(ONE, model.origin.state)
    kept = one.state.copy()
    model.after(OTHER, one.state)
    assert np.array_equal(one.state, kept)


@pytest.mark.parametrize("column", range(len((*FIELDS, *CONTEXTS))))
def test_every_input_is_heard(loud_model: OnnxModel, column: int) -> None:
    token = [1, 12, 60, 11, 20, *NOWHERE]
    state = loud_model.origin.state
    before = loud_model.after(tuple(token), state).state
    token[column] = 0
    assert not np.array_equal(loud_model.after(tuple(token), state).state, before)


def test_tables_are_as_the_contract_shapes_them(loud_model: OnnxModel) -> None:
    for index, head in enumerate(loud_model.heads):
        width = head.weights.shape[0]
        contexts = [context.input_size for context in CONTEXTS] if FIELDS.index(WAIT) < index else []
        rows = [*(earlier.input_size for earlier in FIELDS[:index]), *contexts]
        assert [table.shape for table in head.tables] == [(count, width) for count in rows]
        assert head.weights.shape[1:] == head.bias.shape == (FIELDS[index].size,)


def test_how_to_imitate_is_as_the_card_says(folder: Path) -> None:
    told = {"sharpness": 25.0, "shares": {"voice": 0.0, "wait": 0.1, "pitch": 0.7, "duration": 1.0}}
    write_card(replace(read_card(folder), imitation=told), folder)
    assert load_model(folder, "cpu").imitation == Imitation(25.0, (0.0, 0.1, 0.7, 1.0))


def test_the_origin_is_the_state_after_start(model: OnnxModel) -> None:
    again = model.after(start(model.card.inputs), np.zeros(model.card.state_size, np.float32))
    assert np.array_equal(again.state, model.origin.state)


def test_a_changed_byte_is_refused_with_both_hashes(folder: Path) -> None:
    graph = folder / GRAPH
    data = bytearray(graph.read_bytes())
    data[len(data) // 2] ^= 1
    promised = sha256(graph)
    graph.write_bytes(data)
    with pytest.raises(ModelError, match=promised) as caught:
        load_model(folder, "cpu")
    assert sha256(graph) in str(caught.value)


def test_a_graph_with_other_tensors_is_refused(folder: Path) -> None:
    card = read_card(folder)
    write_card(replace(card, vocabulary={f.name: f.size for f in FIELDS}), folder)
    with pytest.raises(ModelError, match="velocity"):
        load_model(folder, "cpu")


def test_a_file_that_is_no_graph_is_refused_in_one_line(folder: Path) -> None:
    (folder / GRAPH).write_bytes(b"not a graph")
    content = _content(folder) | {"graph_sha256": sha256(folder / GRAPH)}
    (folder / CARD).write_text(json.dumps(content))
    with pytest.raises(ModelError, match=r"does not take .*model\.onnx .*: copy it again") as caught:
        load_model(folder, "cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("constant", "number"),
    [
        ("pitch_bias_constant", np.nan),
        ("pitch_bias_constant", np.inf),
        ("wait_given_voice_constant", -1e30),
        ("duration_head", -np.inf),
        ("pitch_rows", np.nan),  # of the last id: only a step that takes that one gives it away
    ],
)
def test_a_graph_of_numbers_that_are_not_finite_is_refused(folder: Path, constant: str, number: float) -> None:
    graph = onnx.load(folder / GRAPH)
    tensor = next(one for one in graph.graph.initializer if one.name == constant)
    values = onnx.numpy_helper.to_array(tensor).copy()
    values.flat[-1] = number
    tensor.CopyFrom(onnx.numpy_helper.from_array(values, constant))
    _save(graph, folder)
    with pytest.raises(ModelError, match="not finite") as caught:
        load_model(folder, "cpu")
    assert "\n" not in str(caught.value)


def test_a_graph_with_weights_in_other_files_is_refused(folder: Path) -> None:
    graph = onnx.load(folder / GRAPH)
    onnx.external_data_helper.convert_model_to_external_data(graph, location="weights.bin", size_threshold=0)
    _save(graph, folder)
    with pytest.raises(ModelError, match=r"does not take .*: copy it again, its weights inside"):
        load_model(folder, "cpu")


def _save(graph: onnx.ModelProto, folder: Path) -> None:
    """Write the graph, and its hash into the card: only what is in it may be at fault."""
    onnx.save(graph, folder / GRAPH)
    (folder / CARD).write_text(json.dumps(_content(folder) | {"graph_sha256": sha256(folder / GRAPH)}))


def _content(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / CARD).read_text())
    return content


def test_an_unknown_provider_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="auto, cpu, cuda"):
        load_model(folder, "tpu")


def test_cuda_asked_for_where_there_is_none_says_why(folder: Path) -> None:
    if cuda_obstacle() is None:
        pytest.skip("this machine has an NVIDIA driver")
    with pytest.raises(MachineError, match="--provider cuda: "):
        load_model(folder, "cuda")


def test_auto_runs_where_it_can(folder: Path) -> None:
    model = load_model(folder, "auto")
    assert model.on_cuda == (CUDA in model.session.get_providers())
    if cuda_obstacle() is not None:
        assert model.session.get_providers() == [compiled_providers()[-1]] == ["CPUExecutionProvider"]


def test_a_card_with_another_size_than_its_graph_is_refused_with_both(folder: Path) -> None:
    write_card(replace(read_card(folder), state_size=99), folder)
    with pytest.raises(ModelError, match=r"'state': \(99,\).*'state': \(32,\)"):
        load_model(folder, "cpu")


def test_a_head_that_does_not_fit_its_tables_is_refused(folder: Path) -> None:
    graph = onnx.load(folder / GRAPH)
    table = next(one for one in graph.graph.initializer if one.name == "pitch_given_wait_constant")
    narrow = onnx.numpy_helper.to_array(table)[:, :-1]
    table.CopyFrom(onnx.numpy_helper.from_array(narrow, table.name))
    output = next(one for one in graph.graph.output if one.name == "pitch_given_wait")
    output.type.tensor_type.shape.dim[1].dim_value = narrow.shape[1]
    onnx.save(graph, folder / GRAPH)
    write_card(replace(read_card(folder), graph_sha256=sha256(folder / GRAPH)), folder)
    with pytest.raises(ModelError, match=r"'pitch_given_wait': \(114, 8\).*'pitch_given_wait': \(114, 7\)"):
        load_model(folder, "cpu")
