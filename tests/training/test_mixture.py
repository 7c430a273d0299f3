"""Batches of styles: shares hold whatever the sizes, the unknown teaches nothing, and a run resumes exactly."""

from collections import Counter

import numpy as np
import pytest

from midi.notes import HUMAN
from midi.tokens import (
    DEVIATION,
    END,
    PEDAL,
    PITCH,
    STYLE,
    STYLED_CONTEXTS,
    STYLED_FIELDS,
    STYLES,
    VELOCITY,
    VOICE,
    WAIT,
)
from tests.training.styled_music import INPUTS, encoded
from training.encoding import column
from training.mixture import EXCERPT, Mixture
from training.styled_encoding import EncodedStyle

PIECES = {
    "jazz": [encoded("jazz", seed, 40) for seed in range(2)],
    "drums": [encoded("drums", seed, 90) for seed in range(2, 9)],
    "performance": [encoded("performance", 9, 3 * EXCERPT, has_beats=False)],
}
SHARES = {"jazz": 0.5, "drums": 0.2, "performance": 0.3}


def mixture(pieces: dict[str, list[EncodedStyle]] = PIECES, seed: int = 1, streams: int = 4) -> Mixture:
    return Mixture(pieces, SHARES, STYLED_FIELDS, STYLED_CONTEXTS, streams, 32, np.random.default_rng(seed))


def at(name: str) -> int:
    return [field.name for field in INPUTS].index(name)


def test_styles_come_by_share_and_not_by_size() -> None:
    mixed = mixture()
    for _ in range(400):
        mixed.next()
    assert mixed.drawn() == pytest.approx(SHARES, abs=0.03)


def test_every_piece_of_a_style_comes_before_any_comes_again() -> None:
    marked = [encoded("drums", seed, 50) for seed in range(5)]
    for index, piece in enumerate(marked):
        piece.ids[:, at(PITCH.name)] = 40 + index
    mixed = mixture({"drums": marked}, streams=1)
    seen = np.concatenate([mixed.next().targets[0] for _ in range(8)])
    starts = seen[np.append(True, seen[:-1, at(WAIT.name)] == END), at(PITCH.name)]
    assert sorted(starts[:5].tolist()) == [40, 41, 42, 43, 44]


def test_drums_are_never_transposed_nor_their_style_hidden() -> None:
    fixed = [encoded("drums", 1, 50)]
    fixed[0].ids[:, at(PITCH.name)] = 38
    mixed = mixture({"drums": fixed})
    batches = [mixed.next() for _ in range(20)]
    counted = [batch.targets[batch.loss_mask[:, :, at(PITCH.name)] > 0] for batch in batches]
    assert {int(pitch) for rows in counted for pitch in rows[:, at(PITCH.name)]} == {38}
    assert {int(style) for rows in counted for style in rows[:, at(STYLE.name)]} == {STYLES.index("drums")}


def test_what_is_not_known_teaches_nothing() -> None:
    mixed = mixture()
    for _ in range(20):
        batch = mixed.next()
        assert not batch.loss_mask[:, :, at(PEDAL.name)].any()
        assert batch.loss_mask[:, :, at(DEVIATION.name)].any()


def test_waits_without_beats_are_marked() -> None:
    gridless = mixture({"performance": PIECES["performance"]}).next()
    assert gridless.has_beats is not None
    assert not gridless.has_beats.any()
    steady = mixture({"jazz": PIECES["jazz"]}).next()
    assert steady.has_beats is not None
    assert steady.has_beats.all()


def test_an_excerpt_does_not_teach_that_the_piece_is_over() -> None:
    mixed = mixture({"performance": [encoded("performance", 3, 50 * EXCERPT, has_beats=False)]}, streams=1)
    ends = [batch.targets[:, :, at(WAIT.name)][batch.loss_mask[:, :, at(WAIT.name)] > 0] for batch in
            (mixed.next() for _ in range(3 * EXCERPT // 32))]  # fmt: skip
    assert all((waits != END).all() for waits in ends)


def test_touch_and_style_are_hidden_for_some_pieces() -> None:
    mixed = mixture()
    hidden: Counter[str] = Counter()
    rows = np.concatenate([mixed.next().inputs.reshape(-1, len(INPUTS)) for _ in range(200)])
    for field in (VELOCITY, DEVIATION, STYLE):
        hidden[field.name] = (rows[:, at(field.name)] == field.unknown).mean()
    assert 0.1 < hidden["velocity"] < 0.35
    assert 0.1 < hidden["deviation"] < 0.4
    assert 0.1 < hidden["style"] < 0.35


def test_a_singer_is_mostly_the_human() -> None:
    song = [encoded("song", seed, 60, human_parts=frozenset({0})) for seed in range(20)]
    mixed = Mixture({"song": song}, {"song": 1}, STYLED_FIELDS, STYLED_CONTEXTS, 4, 32, np.random.default_rng(1))
    voices = np.concatenate([mixed.next().targets[:, :, column(INPUTS, VOICE)].ravel() for _ in range(40)])
    assert 0.6 < (voices == HUMAN).mean() < 0.95


def test_a_snapshot_goes_on_exactly_there() -> None:
    rng = np.random.default_rng(3)
    mixed = Mixture(PIECES, SHARES, STYLED_FIELDS, STYLED_CONTEXTS, 4, 32, rng)
    for _ in range(30):
        mixed.next()
    kept, state = mixed.snapshot(), rng.bit_generator.state
    expected = [mixed.next() for _ in range(30)]
    rng.bit_generator.state = state
    again = Mixture(PIECES, SHARES, STYLED_FIELDS, STYLED_CONTEXTS, 4, 32, rng)
    rng.bit_generator.state = state
    again.restore(kept)
    for batch in expected:
        resumed = again.next()
        assert (batch.inputs == resumed.inputs).all()
        assert (batch.targets == resumed.targets).all()
        assert (batch.loss_mask == resumed.loss_mask).all()
    assert mixed.drawn() == again.drawn()
