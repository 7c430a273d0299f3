"""The network: Keras' LSTM carried over a stream, a clear state where a piece begins, and nothing told too early."""

import keras
import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from midi.tokens import CONTEXTS, METER, POSITION, Field
from tests.training.music import SCORE, ids, pieces
from tests.training.tiny import network
from training.batches import packed
from training.encoding import EncodedPiece, without_bars
from training.lstm import CarriedLSTM
from training.network import Array, Network
from training.pieces import Ints
from training.steps import Batch

STREAMS, STEPS, WIDTH, UNITS = 3, 8, 5, 6
RNG = np.random.default_rng(11)
INPUTS = (*SCORE, *CONTEXTS)


def permuted(gates: Array) -> Array:
    """Gates i, f, o, g as Keras has them: i, f, g, o; along the last axis."""
    let_in, forget, let_out, new = np.split(gates, 4, axis=-1)
    return np.concatenate([let_in, forget, new, let_out], axis=-1)


@pytest.fixture
def carried() -> CarriedLSTM:
    layer = CarriedLSTM(UNITS)
    layer.build((STREAMS, STEPS, WIDTH))
    for variable in layer.trainable_weights:
        variable.assign(RNG.normal(0, 0.5, variable.shape))
    return layer


def stream(chunks: int) -> Array:
    return RNG.normal(0, 1, (STREAMS, chunks * STEPS, WIDTH)).astype(np.float32)


def run(layer: CarriedLSTM, music: Array, keep: Array) -> Array:
    cuts = range(0, music.shape[1], STEPS)
    parts = [layer(music[:, cut : cut + STEPS], keep[:, cut : cut + STEPS, None]) for cut in cuts]
    return np.concatenate([np.asarray(part) for part in parts], axis=1)


def test_it_is_keras_own_lstm_over_a_stream_in_chunks(carried: CarriedLSTM) -> None:
    kernel, recurrent, bias = (np.asarray(weight) for weight in carried.trainable_weights)
    theirs = keras.layers.LSTM(UNITS, return_sequences=True)
    theirs.build((STREAMS, None, WIDTH))
    theirs.set_weights([permuted(kernel), permuted(recurrent), permuted(bias)])
    music = stream(3)
    mine = run(carried, music, np.ones(music.shape[:2], np.float32))
    assert mine == pytest.approx(np.asarray(theirs(music)), abs=1e-5)


def test_where_a_piece_begins_the_state_is_clear_whatever_was_before(carried: CarriedLSTM) -> None:
    music = stream(2)
    keep = np.ones(music.shape[:2], np.float32)
    keep[1, 11] = 0
    whole = run(carried, music, keep)
    for state in carried.states:
        state.assign(np.zeros(state.shape))
    begun = np.zeros_like(music)
    begun[:, : music.shape[1] - 11] = music[:, 11:]
    alone = run(carried, begun, np.ones(begun.shape[:2], np.float32))
    assert whole[1, 11:] == pytest.approx(alone[1, : begun.shape[1] - 11], abs=1e-6)
    assert np.abs(whole[0, 11:] - alone[0, : begun.shape[1] - 11]).max() > 0.01, "the others are carried on"


def test_it_begins_as_keras_lets_an_lstm_begin() -> None:
    layer = CarriedLSTM(UNITS)
    layer.build((STREAMS, STEPS, WIDTH))
    kernel, recurrent, bias = (np.asarray(weight) for weight in layer.trainable_weights)
    assert bias.tolist() == [0.0] * UNITS + [1.0] * UNITS + [0.0] * 2 * UNITS
    assert recurrent @ recurrent.T == pytest.approx(np.eye(UNITS), abs=1e-5)
    assert np.abs(kernel).max() <= np.sqrt(6 / (WIDTH + 4 * UNITS))


def test_recurrent_weights_are_dropped_while_learning_and_never_else() -> None:
    layer = CarriedLSTM(UNITS, 0.5)
    layer.build((STREAMS, STEPS, WIDTH))
    music, keep = stream(1), np.ones((STREAMS, STEPS, 1), np.float32)

    def output(*, training: bool) -> Array:
        for state in layer.states:
            state.assign(np.zeros(state.shape))
        return np.asarray(layer(music, keep, training=training))

    assert (output(training=False) == output(training=False)).all()
    assert np.abs(output(training=True) - output(training=False)).max() > 1e-3


def losses(made: Network, music: list[Ints]) -> Array:
    encoded = [EncodedPiece(rows, np.zeros(len(rows), np.int32)) for rows in music]
    batches = packed(encoded, SCORE, CONTEXTS, 2, 16)
    total: Array = np.stack([made.losses(batch) for batch in batches]).sum(axis=0)
    return total


def test_with_hidden_bars_the_losses_do_not_depend_on_the_bars() -> None:
    made, music = network(), ids(2)
    elsewhere = [piece.copy() for piece in music]
    for piece in elsewhere:
        piece[:, 4] = RNG.integers(0, METER.size, len(piece))
        piece[:, 5] = RNG.integers(0, POSITION.size, len(piece))
    assert np.abs(losses(made, music) - losses(made, elsewhere)).max() > 0.1, "where they are told they matter"
    hidden, hidden_elsewhere = ([without_bars(piece, INPUTS) for piece in one] for one in (music, elsewhere))
    assert (losses(made, hidden) == losses(made, hidden_elsewhere)).all()


def one_batch(made: Network) -> Batch:
    return next(packed(pieces(2), SCORE, CONTEXTS, 2, 16))


@pytest.mark.parametrize("field", SCORE, ids=lambda field: field.name)
def test_a_field_is_told_the_earlier_fields_of_its_note_and_never_itself_or_a_later_one(field: Field) -> None:
    """The last step's own note is in `due` alone: what of it moves the logits is what was told."""
    made = network()
    batch, at = one_batch(made), SCORE.index(field)

    def logits(due: Ints) -> dict[str, Array]:
        made.states = [np.zeros_like(state) for state in made.states]
        told = made.model(made._inputs(batch._replace(targets=due)), training=False)
        return {name: np.asarray(value)[:, -1] for name, value in told.items()}

    other = batch.targets.copy()
    other[:, -1, at] = (other[:, -1, at] + 1) % field.size
    before, after = logits(batch.targets), logits(other)
    moved = {name for name in before if np.abs(after[name] - before[name]).max() > 1e-6}
    assert moved == {later.name for later in SCORE[at + 1 :]}


def test_where_in_the_bar_a_note_will_stand_is_told_only_once_its_wait_is_known() -> None:
    made = network()
    batch = one_batch(made)
    other = batch.targets.copy()
    other[:, :, 4:] = [METER.unknown, POSITION.unknown]

    def logits(due: Ints) -> dict[str, Array]:
        made.states = [np.zeros_like(state) for state in made.states]
        told = made.model(made._inputs(batch._replace(targets=due)), training=False)
        return {name: np.asarray(value) for name, value in told.items()}

    before, after = logits(batch.targets), logits(other)
    moved = {name for name in before if np.abs(after[name] - before[name]).max() > 1e-6}
    assert moved == {"pitch", "duration"}


def test_a_network_that_begins_from_anothers_weights_foretells_the_same() -> None:
    made, music = network(), ids(2)
    fresh = Network(made.shape, 2, 16)
    assert np.abs(losses(fresh, music) - losses(made, music)).max() > 0.1
    fresh.begin_from(made.weights())
    assert (losses(fresh, music) == losses(made, music)).all()
