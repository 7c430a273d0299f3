"""A trained network to a model folder: graph, golden vectors, card; nothing appears under its name until all is right.

`golden.npz`: `tokens` int32 [L, I] taken in one after the other from a zero state, `<field>_hidden` [L, D] after each,
`state` [S] and `key` [H] after the last; all as Keras itself computed them, in float32.
`weights.npz`: the trained numbers, named as `training.network.Weights` are.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import onnx

from exported.card import GOLDEN, GRAPH, WEIGHTS, Card, sha256, write_card
from midi.errors import InputError, ModelError
from midi.tokens import Field, start
from training.base_model import BaseModel, arrays_in
from training.graph import packed_graph, step_graph
from training.network import Network, Shape, Weights
from training.pieces import Ints
from training.stepper import Stepper
from training.steps import Batch

TOLERANCE = 3e-4
"""Largest absolute difference between Keras and the float32 graph: hidden layers differ by about 3e-6, cells, that
count up to a hundred over the golden notes, by 3e-5 (float32 sums in another order)."""
PACKED_TOLERANCE = 2.0
"""The same for a graph in 8 bits: cells wander by some tenths over the golden notes. What that costs is measured, on
the held-out pieces, not guessed from here; this catches a graph that is wrong, not one that is coarse."""
GOLDEN_NOTES = 96


Golden = dict[str, npt.NDArray[Any]]
"""The arrays of `golden.npz`."""


class StepGraph(NamedTuple):
    """A step as ONNX, checked against Keras."""

    graph: bytes
    weights: str
    """The type of its largest weights."""
    tolerance: float
    """The largest difference allowed,"""
    difference: float
    """and the largest there is."""


class Graphs(NamedTuple):
    """A network's golden vectors, and its step in float32 and in 8 bits."""

    golden: Golden
    plain: StepGraph
    packed: StepGraph


def graphs_of(network: Network, music: Ints) -> Graphs:
    """The step graphs of a network; `music` are ids [N, I] of some piece, for the golden sequence.

    Raises:
        ModelError: a graph does not compute what Keras computes.
    """
    model = step_graph(network.weights(), network.shape)
    golden = golden_of(network, golden_tokens(music, network.shape.inputs))
    plain = _checked(model, "float32", TOLERANCE, golden, network.shape)
    return Graphs(golden, plain, _checked(packed_graph(model), "int8", PACKED_TOLERANCE, golden, network.shape))


def _checked(model: onnx.ModelProto, weights: str, tolerance: float, golden: Golden, shape: Shape) -> StepGraph:
    graph = model.SerializeToString()
    difference = parity(golden, Stepper(graph, shape.fields, shape.given))
    if not difference <= tolerance:
        raise ModelError(
            f"the exported step differs from Keras by {difference:.3g}, allowed is {tolerance:g}: not exported"
        )
    return StepGraph(graph, weights, tolerance, difference)


def write_folder(
    network: Network, step: StepGraph, golden: Golden, folder: Path, card: Card, sounds: Sequence[str] = ()
) -> Card:
    """Write graph, weights, golden vectors and card into a new folder; `card` says what is not known from the network.

    Returns the card as it was written.
    """
    shape, weights = network.shape, network.weights()
    folder.mkdir(parents=True)
    (folder / GRAPH).write_bytes(step.graph)
    np.savez_compressed(folder / GOLDEN, allow_pickle=False, **golden)
    np.savez_compressed(folder / WEIGHTS, allow_pickle=False, **weights)
    card = replace(
        card,
        graph_sha256=sha256(folder / GRAPH),
        vocabulary={field.name: field.size for field in shape.fields},
        contexts={field.name: field.size for field in shape.given},
        sounds=list(sounds),
        state_size=shape.state_size,
        key_size=shape.units,
        parameters=sum(array.size for array in weights.values()),
        parity_tolerance=step.tolerance,
        training=card.training | {"weights": step.weights, "parity": step.difference},
    )
    write_card(card, folder)
    return card


def golden_tokens(music: Ints, inputs: Sequence[Field]) -> Ints:
    """GOLDEN_NOTES ids to take in: START, then the music over and over, every seventh duration and velocity unknown."""
    tokens = np.tile(music, (-(-GOLDEN_NOTES // len(music)), 1))[: GOLDEN_NOTES - 1].astype(np.int32)
    for column, field in enumerate(inputs):
        if field.name in ("duration", "velocity"):
            tokens[3::7, column] = field.unknown
    return np.concatenate([np.array([start(inputs)], np.int32), tokens])


def golden_of(network: Network, tokens: Ints) -> Golden:
    """Run Keras over a sequence from a zero state, with nothing dropped out."""
    twin = Network(network.shape, 1, len(tokens))
    twin.begin_from(network.weights())
    counts = np.ones((1, len(tokens), len(network.shape.fields)), np.float32)
    batch = Batch(tokens[None], np.zeros_like(tokens)[None], counts, np.ones((1, len(tokens)), np.float32))
    hidden = {f"{name}_hidden": value[0] for name, value in twin.hidden(batch).items()}
    states = [state[0] for state in twin.states]  # after the last note
    return {"tokens": tokens, "state": np.concatenate(states), "key": states[-2], **hidden}


def parity(golden: Golden, stepper: Stepper) -> float:
    """The largest absolute difference between the golden vectors and the graph, over hidden layers, state and key.

    Not a number if anything on either side is not.
    """
    state = stepper.zeros(1)
    hidden = [f"{field.name}_hidden" for field in stepper.fields]
    differences: list[np.floating] = []
    for index, ids in enumerate(golden["tokens"]):
        outputs = stepper.step(ids[None], state)
        state = outputs["next_state"]
        differences += [np.abs(outputs[name][0] - golden[name][index]).max() for name in hidden]
    differences.append(np.abs(state[0] - golden["state"]).max())
    differences.append(np.abs(outputs["key"][0] - golden["key"]).max())
    return float(np.max(differences))  # numpy's max, unlike Python's, passes NaN on


def load_base_weights(base: BaseModel) -> Weights:
    """The trained numbers of this model, as it keeps them.

    Raises:
        ModelError: they are damaged, or not those that its golden vectors were computed with.
    """
    card, path = base.card, base.folder / WEIGHTS
    with arrays_in(path) as arrays:
        shape = Shape(card.fields, card.context_fields, **base.sizes)
        network = Network(shape, 1, 1)
        network.begin_from(arrays)
    weights = network.weights()
    stepper = Stepper(step_graph(weights, shape).SerializeToString(), card.fields, card.context_fields)
    with arrays_in(base.folder / GOLDEN) as golden:
        difference = parity(golden, stepper)
    if not difference <= TOLERANCE:
        raise ModelError(
            f"{path} cannot be begun from: with its weights the golden vectors differ by {difference:.3g}, "
            f"allowed is {TOLERANCE:g}: copy the folder again whole"
        )
    return weights


@contextmanager
def made_aside(destination: Path) -> Iterator[Path]:
    """A folder to make a model in; at the end it is put in its place, if nothing failed.

    Raises:
        InputError: it cannot be written.
    """
    aside = destination.with_name(f".{destination.name}.partial-{os.getpid()}")
    try:
        yield aside
        publish(aside, destination)
    except OSError as error:
        raise InputError(f"cannot write {destination}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def publish(folder: Path, destination: Path) -> None:
    """Put a finished folder in its place, replacing an older one: at every moment the place is whole, or empty."""
    older = destination.with_name(f".{destination.name}.older-{os.getpid()}")
    try:
        if destination.exists():
            destination.rename(older)
        folder.rename(destination)
    except OSError as error:
        if older.exists() and not destination.exists():
            older.rename(destination)
        raise InputError(f"cannot write {destination}: {error.strerror or error}") from None
    shutil.rmtree(older, ignore_errors=True)
