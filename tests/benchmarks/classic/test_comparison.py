"""The classic vocabulary's comparison: its rows, its split, and every piece in its turn."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import tests.training.needs_tensorflow  # noqa: F401 - TensorFlow, quietly, or skip
from benchmarks.classic import comparison
from benchmarks.classic.music import parted, turns
from benchmarks.classic.ngram import Score
from tests.training.music import write_folder
from training.classic import reading
from training.corpus import Corpus, read_folder
from training.plan import CLASSIC

SMALL = replace(CLASSIC, layers=1, units=12, width=8, streams=2, chunk=20, epochs=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return read_folder(write_folder(tmp_path_factory.mktemp("music"), 4, 60))


def test_every_row_is_of_the_same_held_out_names(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparison, "OURS", SMALL)
    monkeypatch.setattr(comparison, "FEWER", SMALL)
    monkeypatch.setattr(comparison, "read_folder", lambda _: corpus)
    said: list[str] = []
    assert comparison.run(tmp_path, seconds=1, notify=said.append) == 0
    rows = [line for line in said if re.match(r"\| .* \| \d", line)]
    assert len(rows) == 7
    assert "imitating" in rows[-1]
    judged = parted(corpus.works)
    assert f"judged by {len(judged.judged)} ({judged.judged_names:,} names)" in said[0]


def test_each_piece_is_judged_in_its_turn_by_what_was_learned_from_others(corpus: Corpus) -> None:
    pieces = [reading.sounds(work) for work in corpus.works]
    rounds = list(turns(corpus.works))
    assert [round_.judged_names for round_ in rounds] == [len(piece) for piece in pieces]
    for turn, music in enumerate(rounds):
        assert [music.names[index] for index in music.judged[0][:, 0]] == pieces[turn]
        spelled = [[music.names[index] for index in ids[:, 0]] for ids in (*music.train, *music.valid)]
        assert sorted(spelled) == sorted(piece for piece in pieces if piece is not pieces[turn])
        assert len(music.every_key) == 12 * len(music.train)


def test_pieces_count_by_their_names_in_a_mean() -> None:
    pooled = comparison.mean([Score(1.0, 0.5), Score(4.0, 0.2)], [20, 10])
    assert pooled.nats == pytest.approx(2.0)
    assert pooled.top1 == pytest.approx(0.4)
