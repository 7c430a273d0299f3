"""Streams: every piece once a pass, whole, in order, transposed as one; what must not be learned does not count."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import pytest

from midi.notes import ANSWER, HUMAN
from midi.tokens import CONTEXTS, DURATION, END, FIELDS, METER, PITCH, POSITION, VELOCITY, Field
from tests.training.music import SCORE, ids, pieces
from training.batches import BARS_UNKNOWN, Streams, packed, transpositions
from training.encoding import EncodedPiece
from training.pieces import Ints
from training.steps import Batch

INPUTS = (*SCORE, *CONTEXTS)
VOICE_AT, WAIT_AT, PITCH_AT, DURATION_AT, METER_AT, POSITION_AT = range(6)
NOWHERE = [METER.unknown, POSITION.unknown]


def streams(
    music: Sequence[EncodedPiece], seed: int = 1, count: int = 3, chunk: int = 16, fields: Sequence[Field] = SCORE
) -> Streams:
    return Streams(music, fields, CONTEXTS, count, chunk, np.random.default_rng(seed))


def told(batches: list[Batch], stream: int) -> Iterator[Ints]:
    """The pieces that one stream foretold, as token arrays [N, I], the last perhaps cut short."""
    due = np.concatenate([batch.targets[stream] for batch in batches])
    keep = np.concatenate([batch.carry_mask[stream] for batch in batches])
    counts = np.concatenate([batch.loss_mask[stream] for batch in batches])
    starts = np.flatnonzero(keep == 0)
    for start, end in pairwise([*starts, len(keep)]):
        yield due[start:end][counts[start:end, PITCH_AT] > 0]


def shape_of(piece: Ints) -> bytes:
    """What is left by transposition, by casting and where the bars are hidden: waits, intervals, durations."""
    moved = piece[:, WAIT_AT : DURATION_AT + 1].copy()
    moved[:, PITCH_AT - WAIT_AT] -= piece[0, PITCH_AT]
    return moved.tobytes()


def test_a_pass_foretells_every_piece_once_and_whole_but_for_its_transposition() -> None:
    music = pieces(12)
    maker = streams(music)
    batches = [maker.next() for _ in range(300)]
    begun = [piece for stream in range(3) for piece in list(told(batches, stream))[:-1]]
    known = {shape_of(piece.ids): index for index, piece in enumerate(music)}
    seen = [known[shape_of(piece)] for piece in begun]
    assert min(seen.count(index) for index in range(12)) >= max(seen.count(index) for index in range(12)) - 2
    moves = [int(piece[0, PITCH_AT] - music[index].ids[0, PITCH_AT]) for piece, index in zip(begun, seen, strict=True)]
    assert set(moves) == set(range(-5, 7))


def test_a_piece_is_cast_anew_in_each_pass_and_its_voices_are_taken_in_as_they_were_foretold() -> None:
    maker = streams(pieces(6))
    batches = [maker.next() for _ in range(300)]
    voices = [piece[:, VOICE_AT] for stream in range(3) for piece in list(told(batches, stream))[:-1]]
    solo = sum((one == ANSWER).all() for one in voices)
    assert 0.3 < solo / len(voices) < 0.7
    assert all(ANSWER in one for one in voices if len(one) > 48)
    assert any(one[0] == HUMAN for one in voices)


def test_the_note_taken_in_is_the_note_foretold_before_with_some_durations_hidden() -> None:
    maker = streams(pieces(12))
    batches = [maker.next() for _ in range(100)]
    others = [VOICE_AT, WAIT_AT, PITCH_AT, METER_AT, POSITION_AT]
    for stream in range(3):
        taken = np.concatenate([batch.inputs[stream] for batch in batches])
        foretold = np.concatenate([batch.targets[stream] for batch in batches])
        inside = np.concatenate([batch.carry_mask[stream] for batch in batches])[1:] > 0
        assert (taken[1:][inside][:, others] == foretold[:-1][inside][:, others]).all()
        durations, before = taken[1:][inside][:, DURATION_AT], foretold[:-1][inside][:, DURATION_AT]
        hidden = durations == DURATION.unknown
        assert (durations[~hidden] == before[~hidden]).all()
        assert 0.05 < hidden.mean() < 0.15
        assert not (foretold[:, DURATION_AT] == DURATION.unknown).any()


def test_a_piece_begins_with_start_and_a_cleared_state_and_ends_with_end() -> None:
    maker = streams(pieces(12))
    batches = [maker.next() for _ in range(100)]
    given = np.concatenate([batch.inputs for batch in batches], axis=1)
    due = np.concatenate([batch.targets for batch in batches], axis=1)
    counts = np.concatenate([batch.loss_mask for batch in batches], axis=1)
    keep = np.concatenate([batch.carry_mask for batch in batches], axis=1)
    starts = keep == 0
    assert (given[starts] == [field.start for field in INPUTS]).all()
    ends = np.roll(starts, -1, axis=1)[:, :-1]
    assert (due[:, :-1][ends][:, WAIT_AT] == END).all()
    assert (due[:, :-1][ends][:, VOICE_AT] == ANSWER).all(), "it is the answer that is asked whether it is over"
    assert (due[:, :-1][ends][:, METER_AT:] == NOWHERE).all(), "where nothing follows there is no place"
    assert (counts[:, :-1][ends] == [0, 1, 0, 0]).all()
    assert (counts[:, :-1][~ends] == 1).all()


def test_a_piece_whose_bars_are_hidden_is_told_them_nowhere_and_the_others_everywhere() -> None:
    music = [piece for piece in pieces(40) if (piece.ids[0, METER_AT:] != NOWHERE).any()]
    maker = streams(music, count=1)
    batches = [maker.next() for _ in range(400)]
    given, due, keep = (
        np.concatenate([getattr(batch, name)[0] for batch in batches]) for name in ("inputs", "targets", "carry_mask")
    )
    hidden = []
    for start, end in pairwise(np.flatnonzero(keep == 0)):
        taken, foretold = given[start + 1 : end, METER_AT:], due[start : end - 1, METER_AT:]  # but for START and END
        places = {tuple(row) for row in np.concatenate([taken, foretold]).tolist()}
        assert (tuple(NOWHERE) in places) == (places == {tuple(NOWHERE)}), "all of a piece, or nothing"
        assert given[start, METER_AT:].tolist() == [METER.start, POSITION.start]
        hidden.append(places == {tuple(NOWHERE)})
    assert len(hidden) > 100
    assert np.mean(hidden) == pytest.approx(BARS_UNKNOWN, abs=0.12)


def test_the_pieces_themselves_are_never_changed() -> None:
    music = pieces(5)
    maker = streams(music)
    for _ in range(30):
        maker.next()
    assert all((one.ids == other.ids).all() for one, other in zip(music, pieces(5), strict=True))


def test_the_same_seed_gives_the_same_batches_and_a_restored_stream_goes_on_exactly() -> None:
    music = pieces(5)
    one, other = streams(music), streams(music)
    for _ in range(7):
        assert (one.next().inputs == other.next().inputs).all()
    rng = np.random.default_rng()
    rng.bit_generator.state = one._rng.bit_generator.state
    resumed = Streams(music, SCORE, CONTEXTS, 3, 16, rng)
    resumed.restore(one.snapshot())
    for _ in range(20):
        expected, actual = one.next(), resumed.next()
        assert all(
            (getattr(expected, name) == getattr(actual, name)).all()
            for name in ("inputs", "targets", "loss_mask", "carry_mask")
        )
    assert any((streams(music, seed=2).next().inputs != streams(music).next().inputs).ravel())


def test_a_piece_at_the_edge_of_the_keyboard_moves_only_inward() -> None:
    low, high, wide = (ids(1)[0][:, PITCH_AT].copy() for _ in range(3))
    low[:], high[:] = 2, PITCH.size - 1
    wide[0], wide[1] = 0, PITCH.size - 1
    assert list(transpositions(low)) == list(range(-2, 7))
    assert list(transpositions(high)) == list(range(-5, 1))
    assert list(transpositions(wide)) == [0]
    assert len(transpositions(ids(1)[0][:, PITCH_AT])) == 12


def test_dynamics_are_hidden_in_part_or_throughout_and_an_unknown_one_does_not_count() -> None:
    music = pieces(30, fields=FIELDS)
    at = FIELDS.index(VELOCITY)
    music[0].ids[:, at] = VELOCITY.unknown
    maker = streams(music, count=4, chunk=32, fields=FIELDS)
    batches = [maker.next() for _ in range(300)]
    given, due, counts = (
        np.concatenate([getattr(batch, name).reshape(-1, getattr(batch, name).shape[2]) for batch in batches])
        for name in ("inputs", "targets", "loss_mask")
    )
    assert 0.08 < (given[:, at] == VELOCITY.unknown).mean() < 0.35
    assert (due[:, : len(FIELDS)] < [field.size for field in FIELDS]).all()
    assert ((counts[:, at] == 0) & (counts[:, PITCH_AT] == 1)).any()
    assert (counts[:, PITCH_AT] >= counts[:, at]).all()


def test_a_model_without_contexts_or_a_voice_is_told_none() -> None:
    fields = FIELDS[1:4]
    batch = Streams(pieces(3, fields=fields, given=()), fields, (), 2, 16, np.random.default_rng(1)).next()
    assert batch.inputs.shape == batch.targets.shape == batch.loss_mask.shape == (2, 16, 3)
    assert (batch.inputs[:, 0] == [field.start for field in fields]).all()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_packed_pieces_come_once_each_untransposed_and_without_end(count: int) -> None:
    music = ids(count)
    batches = list(packed(pieces(count), SCORE, CONTEXTS, 3, 16))
    found = [piece.tobytes() for stream in range(3) for piece in told(batches, stream)]
    assert sorted(found) == sorted(piece.tobytes() for piece in music)
    assert sum(batch.loss_mask[:, :, WAIT_AT].sum() for batch in batches) == sum(map(len, music))
    assert not any((batch.inputs[:, :, DURATION_AT] == DURATION.unknown).any() for batch in batches)


def test_in_packed_pieces_the_voice_costs_nothing() -> None:
    """All is the answer's there: foretelling whose the next note is would only flatter."""
    assert not any(batch.loss_mask[:, :, VOICE_AT].any() for batch in packed(pieces(4), SCORE, CONTEXTS, 3, 16))
