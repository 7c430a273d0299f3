"""A trained network to a model folder: graph, golden vectors, card; nothing appears under its name until all is right.

`golden.npz`: `tokens` int32 [L, F] taken in one after the other from a zero state, `<field>_logits` [L, N] after each,
`state` [S] and `key` [H] after the last; all as Keras itself computed them.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from exported.card import GOLDEN, GRAPH, Card, sha256, write_card
from midi.errors import InputError, ModelError
from midi.tokens import Field
from training.batches import Batch
from training.graph import key_size, state_size, step_graph
from training.network import Array, Network
from training.stepper import Stepper
from training.works import Ints

TOLERANCE = 3e-4
"""Largest absolute difference between Keras and the graph: logits differ by about 3e-6, cells, that count up to a
hundred over the golden notes, by 3e-5 (float32 sums in another order)."""
GOLDEN_NOTES = 96


@dataclass(frozen=True, slots=True)
class Golden:
    """What Keras computed for a short sequence; shapes as in `golden.npz`."""

    tokens: Ints
    logits: dict[str, Array]
    state: Array
    key: Array


def export(network: Network, music: Ints, folder: Path, name: str, facts: dict[str, dict[str, Any]]) -> Card:
    """Write graph, golden vectors and card of a network into a new folder, and check them against each other.

    `music` are tokens [N, F] of some piece, for the golden sequence; `facts` fill the card's training and corpus.

    Raises:
        ModelError: the graph does not compute what Keras computes.
    """
    fields = network.shape.fields
    weights = network.weights()
    model = step_graph(weights, fields)
    golden = golden_of(network, golden_tokens(music, fields))
    difference = parity(golden, Stepper(model.SerializeToString(), fields))
    if not difference <= TOLERANCE:
        raise ModelError(
            f"the exported step differs from Keras by {difference:.3g}, allowed is {TOLERANCE:g}: not exported"
        )
    folder.mkdir(parents=True)
    (folder / GRAPH).write_bytes(model.SerializeToString())
    logits: dict[str, Any] = {f"{field}_logits": array for field, array in golden.logits.items()}
    np.savez_compressed(folder / GOLDEN, tokens=golden.tokens, state=golden.state, key=golden.key, **logits)
    card = Card(
        name=name,
        graph_sha256=sha256(folder / GRAPH),
        vocabulary={field.name: field.size for field in fields},
        state_size=state_size(weights),
        key_size=key_size(weights),
        parameters=weights.parameters,
        parity_tolerance=TOLERANCE,
        training=facts.get("training", {}) | {"parity": difference},
        corpus=facts.get("corpus", {}),
    )
    write_card(card, folder)
    return card


def with_held_out(card: Card, held_out: dict[str, Any], folder: Path) -> Card:
    """The card once more, with what the graph scored."""
    card = replace(card, held_out=held_out)
    write_card(card, folder)
    return card


def golden_tokens(music: Ints, fields: Sequence[Field]) -> Ints:
    """GOLDEN_NOTES ids to take in: START, then the music over and over, every seventh duration and velocity unknown."""
    tokens = np.tile(music, (-(-GOLDEN_NOTES // len(music)), 1))[: GOLDEN_NOTES - 1].astype(np.int32)
    for column, field in enumerate(fields):
        if field.name in ("duration", "velocity"):
            tokens[3::7, column] = field.unknown
    return np.concatenate([np.array([[field.start for field in fields]], np.int32), tokens])


def golden_of(network: Network, tokens: Ints) -> Golden:
    """Run Keras over a sequence from a zero state, with nothing dropped out."""
    twin = network.twin(1, len(tokens))
    due = np.zeros_like(tokens)
    batch = Batch(tokens[None], due[None], due[None].astype(np.float32), np.ones((1, len(tokens)), np.float32))
    logits = {name: value[0] for name, value in twin.logits(batch).items()}
    states = [state[0] for state in twin.states]
    return Golden(tokens, logits, np.concatenate(states), states[-2])


def parity(golden: Golden, stepper: Stepper) -> float:
    """The largest absolute difference between the golden vectors and the graph, over logits, state and key.

    Not a number if anything on either side is not.
    """
    state = stepper.zeros(1)
    differences: list[np.floating] = []
    for index, ids in enumerate(golden.tokens):
        outputs = stepper.step(ids[None], state)
        state = outputs["next_state"]
        for name, wanted in golden.logits.items():
            differences.append(np.abs(outputs[f"{name}_logits"][0] - wanted[index]).max())
    differences.append(np.abs(state[0] - golden.state).max())
    differences.append(np.abs(outputs["key"][0] - golden.key).max())
    return float(np.max(differences))  # numpy's max, unlike Python's, passes NaN on


def publish(folder: Path, place: Path) -> None:
    """Put a finished folder in its place, replacing an older one: at every moment the place is whole, or empty."""
    older = place.with_name(f".{place.name}.older-{os.getpid()}")
    try:
        if place.exists():
            place.rename(older)
        folder.rename(place)
    except OSError as error:
        if older.exists() and not place.exists():
            older.rename(place)
        raise InputError(f"cannot write {place}: {error.strerror or error}") from None
    shutil.rmtree(older, ignore_errors=True)
