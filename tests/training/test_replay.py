"""Rehearsal: every batch holds both, and a snapshot goes on exactly."""

import numpy as np
import pytest

from midi.tokens import CONTEXTS
from tests.training.music import SCORE, melody, transposed, work
from training.batches import Replay, Streams
from training.encoding import EncodedPiece, encode_piece

INPUTS = (*SCORE, *CONTEXTS)


def pieces(count: int, up: int = 0) -> list[EncodedPiece]:
    return [encode_piece(work("a", transposed(melody(seed, 30), up)), INPUTS) for seed in range(count)]


def rehearsed(share: float = 0.25, streams: int = 8, seed: int = 1) -> Streams:
    known = Replay(pieces(5, up=40), share)
    return Streams(pieces(3), SCORE, CONTEXTS, streams, 16, np.random.default_rng(seed), known)


@pytest.mark.parametrize(("share", "streams", "known"), [(0.25, 8, 2), (0.01, 8, 1), (0.9, 4, 3), (0.5, 2, 1)])
def test_a_share_of_every_batch_is_known_music_and_never_all_of_it(share: float, streams: int, known: int) -> None:
    both = rehearsed(share, streams)
    for _ in range(5):
        batch = both.next()
        assert batch.inputs.shape == (streams, 16, 6)
        assert batch.carry_mask.shape == (streams, 16)
        high = (batch.inputs[:, :, 2] < 128) & (batch.inputs[:, :, 2] > 80)  # transposed by a tritone at the most
        assert high.any(axis=1).tolist() == [False] * (streams - known) + [True] * known


def test_a_pass_is_one_through_the_new_music() -> None:
    assert rehearsed(0.25, 8).notes == round(90 * 8 / 6)


def test_a_snapshot_goes_on_exactly_there() -> None:
    one, other = rehearsed(), rehearsed(seed=2)
    for _ in range(7):
        one.next()
    other.restore(one.snapshot())
    assert other._queues == one._queues
    for mine, its in zip(one._pending, other._pending, strict=True):
        assert (mine.inputs == its.inputs).all()
