"""The n-gram's whole distributions: they sum to one, and of the note that came they say what the baselines say."""

import numpy as np
import pytest

from benchmarks.evaluation.ngram import Ngram, Past
from midi.tokens import FIELDS
from tests.training.music import melody, work
from training.baselines import baselines
from training.encoding import tokens
from training.pieces import Ints

FOUR = FIELDS[1:]
MUSIC = [tokens(work("a", melody(seed, velocity=80)), FOUR) for seed in range(8)]
NEW = [tokens(work("b", melody(seed, 40, velocity=80)), FOUR) for seed in (98, 99)]
REPEATING: Ints = np.tile(NEW[0], (3, 1))


@pytest.mark.parametrize("index", range(4), ids=lambda index: FOUR[index].name)
def test_the_probabilities_of_all_classes_sum_to_one(index: int) -> None:
    ngram, past = Ngram(MUSIC, FOUR), Past.of(REPEATING).to_last()
    wait, heard = (REPEATING[:, column].astype(np.int64) for column in (0, index))
    for adapting in (None, heard):
        believed = ngram.believed(index, past, wait, adapting)
        assert believed.shape == (len(REPEATING), FOUR[index].size)
        assert believed.sum(axis=1) == pytest.approx(1)
        assert (believed > 0).all()
    assert ngram.unigram(index).sum() == pytest.approx(1)


@pytest.mark.parametrize("block", [7, 512])
def test_of_the_note_that_came_it_says_what_the_baselines_say(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.evaluation.ngram.BLOCK", block)
    judged = [*NEW, REPEATING]
    ngram, known = Ngram(MUSIC, FOUR), baselines(MUSIC, judged, FOUR)
    for index in range(4):
        rows: list[list[float]] = [[], [], []]
        for ids in judged:
            past, due = Past.of(ids).to_last(), ids[:, index].astype(np.int64)
            wait, here = ids[:, 0].astype(np.int64), np.arange(len(ids))
            rows[0] += ngram.unigram(index)[due].tolist()
            rows[1] += ngram.believed(index, past, wait)[here, due].tolist()
            rows[2] += ngram.believed(index, past, wait, due)[here, due].tolist()
        nats = [float(-np.log(row).mean()) for row in rows]
        assert nats == pytest.approx([known.unigram[index], known.ngram[index], known.adaptive[index]])


def test_velocities_that_the_music_does_not_tell_are_no_class() -> None:
    silent = MUSIC[0].copy()
    silent[:, 3] = FOUR[3].unknown
    ngram = Ngram([*MUSIC, silent], FOUR)
    believed = ngram.believed(
        3, Past.of(silent).to_last(), silent[:, 0].astype(np.int64), silent[:, 3].astype(np.int64)
    )
    assert believed.shape[1] == FOUR[3].size
    assert np.isfinite(believed).all()


def test_the_past_is_the_newest_first_and_does_not_reach_before_the_beginning() -> None:
    past = Past.of(NEW[0])
    pitches = NEW[0][:, 1].tolist()
    assert past.pitch[0].tolist() == [-1] * past.pitch.shape[1]
    assert past.pitch[2, :3].tolist() == [pitches[1], pitches[0], -1]
    assert past.last().pitch[0, 0] == pitches[-1]
