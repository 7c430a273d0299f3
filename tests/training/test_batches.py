"""Streams: every piece once a pass, whole, in order, transposed as one; what must not be learned does not count."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from midi.tokens import DURATION, END, FIELDS, PITCH, VELOCITY
from tests.training.music import melody, work
from training.alphabet import tokens
from training.batches import Batch, Streams, packed, transpositions
from training.works import Ints

FOUR, THREE = FIELDS, FIELDS[:3]


def pieces(count: int, velocity: int | None = None) -> list[Ints]:
    fields = THREE if velocity is None else FOUR
    return [tokens(work("a", melody(seed, 20 + seed, velocity)), fields) for seed in range(count)]


def streams(music: list[Ints], seed: int = 1, count: int = 3, chunk: int = 16) -> Streams:
    return Streams(music, THREE, count, chunk, np.random.default_rng(seed))


def told(batches: list[Batch], stream: int) -> Iterator[Ints]:
    """The pieces that one stream foretold, as token arrays [N, F], the last perhaps cut short."""
    due = np.concatenate([batch.due[stream] for batch in batches])
    keep = np.concatenate([batch.keep[stream] for batch in batches])
    counts = np.concatenate([batch.counts[stream] for batch in batches])
    starts = np.flatnonzero(keep == 0)
    for start, end in pairwise([*starts, len(keep)]):
        yield due[start:end][counts[start:end, 1] > 0]


def shape_of(piece: Ints) -> bytes:
    """What transposition leaves: waits, intervals, durations."""
    moved = piece.copy()
    moved[:, 1] -= moved[0, 1]
    return moved.tobytes()


def test_a_pass_foretells_every_piece_once_and_whole_but_for_its_transposition() -> None:
    music = pieces(12)
    maker = streams(music)
    batches = [maker.next() for _ in range(200)]
    begun = [piece for stream in range(3) for piece in list(told(batches, stream))[:-1]]
    known = {shape_of(piece): index for index, piece in enumerate(music)}
    seen = [known[shape_of(piece)] for piece in begun]
    assert min(seen.count(index) for index in range(12)) >= max(seen.count(index) for index in range(12)) - 2
    for piece in begun:
        move = int(piece[0, 1] - music[known[shape_of(piece)]][0, 1])
        assert -6 < move <= 6
    assert len({int(piece[0, 1] - music[known[shape_of(piece)]][0, 1]) for piece in begun}) == 12


def test_the_note_taken_in_is_the_note_foretold_before_with_some_durations_hidden() -> None:
    maker = streams(pieces(12))
    batches = [maker.next() for _ in range(100)]
    for stream in range(3):
        taken = np.concatenate([batch.given[stream] for batch in batches])
        foretold = np.concatenate([batch.due[stream] for batch in batches])
        inside = np.concatenate([batch.keep[stream] for batch in batches])[1:] > 0
        assert (taken[1:][inside][:, :2] == foretold[:-1][inside][:, :2]).all()
        durations, before = taken[1:][inside][:, 2], foretold[:-1][inside][:, 2]
        hidden = durations == DURATION.unknown
        assert (durations[~hidden] == before[~hidden]).all()
        assert 0.05 < hidden.mean() < 0.15
        assert not (foretold[:, 2] == DURATION.unknown).any()


def test_a_piece_begins_with_start_and_a_cleared_state_and_ends_with_end() -> None:
    maker = streams(pieces(12))
    batches = [maker.next() for _ in range(100)]
    given = np.concatenate([batch.given for batch in batches], axis=1)
    due = np.concatenate([batch.due for batch in batches], axis=1)
    counts = np.concatenate([batch.counts for batch in batches], axis=1)
    keep = np.concatenate([batch.keep for batch in batches], axis=1)
    starts = keep == 0
    assert (given[starts] == [field.start for field in THREE]).all()
    ends = np.roll(starts, -1, axis=1)[:, :-1]
    assert (due[:, :-1][ends][:, 0] == END).all()
    assert (counts[:, :-1][ends] == [1, 0, 0]).all()
    assert (counts[:, :-1][~ends] == 1).all()


def test_the_same_seed_gives_the_same_batches_and_a_restored_stream_goes_on_exactly() -> None:
    music = pieces(5)
    one, other = streams(music), streams(music)
    for _ in range(7):
        assert (one.next().given == other.next().given).all()
    rng = np.random.default_rng()
    rng.bit_generator.state = one._rng.bit_generator.state
    resumed = Streams(music, THREE, 3, 16, rng)
    resumed.restore(one.snapshot())
    for _ in range(20):
        expected, actual = one.next(), resumed.next()
        assert all(
            (getattr(expected, name) == getattr(actual, name)).all() for name in ("given", "due", "counts", "keep")
        )
    assert any((streams(music, seed=2).next().given != streams(music).next().given).ravel())


def test_a_piece_at_the_edge_of_the_keyboard_moves_only_inward() -> None:
    low, high, wide = pieces(1)[0].copy(), pieces(1)[0].copy(), pieces(1)[0].copy()
    low[:, 1], high[:, 1] = 2, PITCH.size - 1
    wide[0, 1], wide[1, 1] = 0, PITCH.size - 1
    assert list(transpositions(low)) == list(range(-2, 7))
    assert list(transpositions(high)) == list(range(-5, 1))
    assert list(transpositions(wide)) == [0]
    assert len(transpositions(pieces(1)[0])) == 12


def test_dynamics_are_hidden_in_part_or_throughout_and_an_unknown_one_does_not_count() -> None:
    music = pieces(30, velocity=80)
    music[0][:, 3] = VELOCITY.unknown
    maker = Streams(music, FOUR, 4, 32, np.random.default_rng(1))
    batches = [maker.next() for _ in range(300)]
    given = np.concatenate([batch.given.reshape(-1, 4) for batch in batches])
    due = np.concatenate([batch.due.reshape(-1, 4) for batch in batches])
    counts = np.concatenate([batch.counts.reshape(-1, 4) for batch in batches])
    assert 0.08 < (given[:, 3] == VELOCITY.unknown).mean() < 0.35
    assert (due < [field.size for field in FOUR]).all()
    assert ((counts[:, 3] == 0) & (counts[:, 1] == 1)).any()
    assert (counts[:, 1] >= counts[:, 3]).all()


@pytest.mark.parametrize("count", [1, 2, 7])
def test_packed_pieces_come_once_each_untransposed_and_without_end(count: int) -> None:
    music = pieces(count)
    batches = list(packed(music, THREE, 3, 16))
    found = [piece.tobytes() for stream in range(3) for piece in told(batches, stream)]
    assert sorted(found) == sorted(piece.tobytes() for piece in music)
    assert sum(batch.counts[:, :, 0].sum() for batch in batches) == sum(map(len, music))
    assert not any((batch.given[:, :, 2] == DURATION.unknown).any() for batch in batches)
