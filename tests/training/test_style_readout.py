"""Judging the style of a phrase: what is read of it, and what a readout learns."""

import numpy as np

from exported.style_readout import KNOWN
from midi.tokens import PITCH, STYLE, STYLED_CONTEXTS, STYLED_FIELDS, STYLES, WAIT
from tests.training.styled_music import encoded
from training.style_readout import LENGTHS, NEVER, Reading, _phrases, fit_readout

INPUTS = (*STYLED_FIELDS, *STYLED_CONTEXTS)


def test_a_readout_learns_what_tells_styles_apart() -> None:
    rng = np.random.default_rng(0)
    styles = rng.integers(0, 3, 600).astype(np.int32)
    rows = (np.eye(3, 5)[styles] * [1, 10, 100, 1, 1] + 0.2 * rng.normal(size=(600, 5))).astype(np.float32)
    lengths = np.repeat(np.array(LENGTHS, np.int32), 100)
    readout = fit_readout(INPUTS, Reading(rows, lengths, styles))
    assert min(Reading(rows, lengths, styles).right(readout).values()) > 0.95
    assert readout.bias[3:].tolist() == [NEVER] * (STYLE.size - 3)
    probabilities = readout.probabilities(rows[0])
    assert probabilities.index(max(probabilities)) == styles[0]


def test_a_phrase_is_read_with_all_hidden_that_a_judge_does_not_know() -> None:
    pieces = [encoded("jazz", seed, 80) for seed in range(3)]
    phrases = list(_phrases(pieces, 5, INPUTS, np.random.default_rng(0)))
    assert [phrase.shape for phrase in phrases] == [(LENGTHS[-1], len(INPUTS))] * 5
    for phrase in phrases:
        assert phrase[0, INPUTS.index(WAIT)] == 0
        hidden = [column for column, field in enumerate(INPUTS) if field not in KNOWN]
        assert (phrase[:, hidden] == [INPUTS[column].unknown for column in hidden]).all()
        assert len(set(phrase[:, INPUTS.index(PITCH)].tolist())) > 1
    assert STYLES.index("jazz") not in {int(phrase[0, -1]) for phrase in phrases}


def test_pieces_that_are_too_short_are_no_phrases() -> None:
    assert list(_phrases([encoded("jazz", 0, 20)], 5, INPUTS, np.random.default_rng(0))) == []
