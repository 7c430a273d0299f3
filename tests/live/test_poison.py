"""A phrase that the engine dies of, played through real ports: it dies of it twice, and then the music goes on."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from exported.card import GRAPH, read_card, sha256, write_card
from midi.notes import HUMAN
from tests.live.conftest import Stage
from tests.live.test_jam import key
from tests.peers.program import wait_until
from tests.tiny_model import build

POISON = 61


def poisoned(folder: Path) -> Path:
    """A tiny model whose graph breaks off at the human's C sharp: it looks for a row that is not there."""
    build(folder)
    model = onnx.load(folder / GRAPH)
    graph = model.graph
    rows = next(node for node in graph.node if node.op_type == "Gather" and node.input[1] == "pitch")
    rows.input[1] = "pitch_or_none"
    nodes = [
        helper.make_node("Equal", ["pitch", "poison"], ["is_poison"]),
        helper.make_node("Equal", ["voice", "human"], ["is_human"]),
        helper.make_node("And", ["is_poison", "is_human"], ["breaks"]),
        helper.make_node("Cast", ["breaks"], ["breaks_1"], to=onnx.TensorProto.INT32),
        helper.make_node("Mul", ["breaks_1", "far"], ["away"]),
        helper.make_node("Add", ["pitch", "away"], ["pitch_or_none"]),
    ]
    for place, node in enumerate(nodes):
        graph.node.insert(place, node)
    for name, value in (("poison", POISON), ("human", HUMAN), ("far", 10_000)):
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.int32), name))
    onnx.save(model, folder / GRAPH)
    card = read_card(folder)
    write_card(replace(card, graph_sha256=sha256(folder / GRAPH)), folder)
    return folder


def test_a_phrase_that_the_engine_dies_of_is_left_out_after_the_second_death(
    stage: Callable[..., Stage], tmp_path: Path
) -> None:
    on_stage = stage("--bpm", "120", "--bars", "1", "--model", str(poisoned(tmp_path / "poisoned")))
    on_stage.keyboard.play(key(POISON, 0, 0.1))
    left_out = "not told of your latest phrase"
    wait_until(lambda: any(left_out in line.text for line in on_stage.daemon.lines), "the phrase left out")
    on_stage.keyboard.play(key(64, 0, 0.1))
    on_stage.wait_for_answer(1)
    assert sum("the engine was lost" in line.text for line in on_stage.daemon.lines) == 2
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
