"""Answers by the real engine and by counting, in the shape in which they are judged."""

from pathlib import Path

import numpy as np

from benchmarks.told_apart.answers import engine_answers, played
from benchmarks.told_apart.exchanges import FEWEST, LATE_MS, LOUDNESS, ONSET, PEDAL, exchanges
from benchmarks.told_apart.trial import MODEL, NGRAM, OTHERS, style_trial
from exported.onnx_model import load_model
from midi.message import CONTROL_CHANGE, NOTE_ON
from midi.tempo import Tempo
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from midi.touch import PEDAL_ANEW, PEDAL_UP
from tests.tiny_model import build
from tests.training.styled_music import INPUTS, encoded, piece
from training.note_tables.styled_piece import NO_DEVIATION

PIECES = [piece(f"jazz {seed}", "jazz", seed, 120) for seed in range(2)]


def test_notes_are_played_late_or_early_with_their_pedal() -> None:
    notes = exchanges(PIECES, 1)[0].phrase[:2]
    notes[:, [ONSET, LATE_MS, PEDAL]] = [[0, 20, PEDAL_ANEW], [24, NO_DEVIATION, PEDAL_UP]]
    sent = played(notes, Tempo.of(120, 1_000_000_000))
    struck = [message.at_ns for message in sent if message.data[0] == NOTE_ON]
    assert struck == [1_020_000_000, 1_500_000_000]
    moves = [(message.at_ns, message.data[2]) for message in sent if message.data[0] == CONTROL_CHANGE]
    assert moves[:3] == [(1_020_000_000, 0), (1_020_000_000, 127), (1_500_000_000, 0)]
    assert moves[-1][1] == 0


def test_the_engine_answers_in_notes_that_can_be_judged(tmp_path: Path) -> None:
    model = load_model(build(tmp_path / "tiny", STYLED_FIELDS, STYLED_CONTEXTS))
    asked = exchanges(PIECES, 2)
    answers = engine_answers(model, asked, 120.0, lambda _: None)
    assert [len(notes) >= FEWEST for notes in answers] == [True, True]
    assert all((np.diff(notes[:, ONSET]) >= 0).all() and (notes[:, LOUDNESS] > 0).all() for notes in answers)
    again = engine_answers(model, asked, 120.0, lambda _: None)
    assert all((one == other).all() for one, other in zip(answers, again, strict=True))


def test_a_trial_judges_model_counting_and_other_pieces(tmp_path: Path) -> None:
    model = load_model(build(tmp_path / "tiny", STYLED_FIELDS, STYLED_CONTEXTS))
    learned = [encoded("jazz", seed) for seed in range(10, 14)]
    verdicts = style_trial(model, INPUTS, learned, PIECES[:1], 2, lambda _: None)  # of one piece: nobody judges
    assert verdicts.keys() == {MODEL, NGRAM, OTHERS}
    assert verdicts[NGRAM].pairs == 2
    assert verdicts[MODEL].surest is None
