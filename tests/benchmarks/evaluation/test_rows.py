"""Rows of figures: of each piece, pooled as if of all notes at once, and of the answer's notes only."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evaluation.ngram import Ngram
from benchmarks.evaluation.rows import Exam, Row, counting_rows, model_row
from exported.card import Card, read_card
from exported.imitation import Imitation
from midi.notes import ANSWER, HUMAN
from midi.tokens import CONTEXTS, FIELDS
from tests.benchmarks.evaluation.musician import duet
from tests.tiny_model import SCORE_FIELDS, build
from tests.training.music import melody, work
from training.baselines import baselines
from training.encoding import tokens
from training.evaluate import evaluate
from training.pieces import bar_table
from training.stepper import Stepper

INPUTS = (*SCORE_FIELDS, *CONTEXTS)
FOUR_FOUR = np.array([[0, 0, 2]], np.int32)
WORKS = [
    replace(work(f"{folder}/{seed}.mid", melody(seed, 20 + 9 * seed)), bars=FOUR_FOUR)
    for seed, folder in enumerate(("a", "b", "a", "b"))
]


def stepper(folder: Path) -> tuple[Stepper, Card, Imitation]:
    card = read_card(build(folder / "mine"))
    return Stepper.of(folder / "mine", card), card, Imitation(20.0, (0.0, 0.2, 1.0, 1.0))


def model(folder: Path, exam: Exam, imitate: float = 0.0, *, bars: bool = True) -> Row:
    step, _, how = stepper(folder)
    return model_row("it", step, exam, imitate, how, lambda _: None, bars=bars)


@pytest.mark.parametrize("imitate", [0.0, 0.5])
def test_works_one_by_one_cost_what_they_cost_together(tmp_path: Path, imitate: float) -> None:
    exam, (step, _, how) = Exam.solo(WORKS, INPUTS), stepper(tmp_path)
    together = evaluate(step, exam.ids, imitate, how)
    row = model(tmp_path, exam, imitate)
    assert row.whole.nats == pytest.approx(together.nats, rel=1e-5)
    assert row.whole.top1 == pytest.approx(together.top1)
    assert row.whole.notes == together.notes == sum(map(len, WORKS))


def test_collections_add_up_to_the_whole(tmp_path: Path) -> None:
    row = model(tmp_path, Exam.solo(WORKS, INPUTS))
    assert list(row.by_collection) == ["a", "b"]
    parts = row.by_collection.values()
    assert sum(part.notes for part in parts) == row.whole.notes
    assert sum(part.total * part.notes for part in parts) / row.whole.notes == pytest.approx(row.whole.total)
    only_a = model(tmp_path, Exam.solo([one for one in WORKS if one.collection == "a"], INPUTS))
    assert row.by_collection["a"].nats == pytest.approx(only_a.whole.nats)
    assert only_a.by_collection == {}


def test_masked_bars_are_as_if_the_works_had_none(tmp_path: Path) -> None:
    barless = [replace(one, bars=bar_table(())) for one in WORKS]
    masked = model(tmp_path, Exam.solo(WORKS, INPUTS), bars=False)
    assert masked.whole.nats == model(tmp_path, Exam.solo(barless, INPUTS)).whole.nats
    assert masked.whole.total != pytest.approx(model(tmp_path, Exam.solo(WORKS, INPUTS)).whole.total)


def test_counting_rows_are_the_baselines_with_their_likeliest_beside() -> None:
    learned = [tokens(work("a", melody(seed)), INPUTS) for seed in range(20, 26)]
    exam = Exam.solo(WORKS, INPUTS)
    done: list[int] = []
    rows = counting_rows(Ngram(learned, SCORE_FIELDS), exam, done.append)
    known = baselines(learned, exam.ids, SCORE_FIELDS)
    for row, nats in zip(rows, (known.unigram, known.ngram, known.adaptive), strict=True):
        assert row.whole.total == pytest.approx(sum(nats))
        assert 0 < row.whole.top1[1] < 1
        assert all(0 < share <= 1 for share in row.whole.top1)
    assert sum(done) == exam.notes


def test_velocities_that_some_works_do_not_tell_do_not_weigh(tmp_path: Path) -> None:
    inputs = (*FIELDS, *CONTEXTS)
    step = Stepper.of(build(tmp_path / "loud", FIELDS), read_card(tmp_path / "loud"))
    told, untold = work("a", melody(1, 30, velocity=80)), work("b", melody(2, 30))
    both, alone = (
        model_row("it", step, Exam.solo(works, inputs), 0.0, Imitation.of({}, FIELDS), lambda _: None, bars=False)
        for works in ([told, untold], [told])
    )
    assert both.whole.nats[-1] == pytest.approx(alone.whole.nats[-1])


def test_accompanying_counts_only_the_answers_notes_and_both_play(tmp_path: Path) -> None:
    exam = Exam.accompanying([*WORKS, duet("c", 5), duet("d", 9)], INPUTS)
    assert [one.name for one in exam.works] == ["c", "d"]
    for ids in exam.ids:
        assert set(ids[:, 0].tolist()) == {HUMAN, ANSWER}
    mine = sum(int((ids[:, 0] == ANSWER).sum()) for ids in exam.ids)
    row = model(tmp_path, exam)
    assert row.whole.notes == mine < exam.notes
    again = Exam.accompanying([duet("c", 5), duet("d", 9)], INPUTS)
    assert all((one == other).all() for one, other in zip(exam.ids, again.ids, strict=True))
