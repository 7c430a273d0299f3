"""The pedal's AUC is the chance of a right order."""

import numpy as np
import pytest

from training.style_figures import StyleFigures, auc, log_softmax


def test_auc_counts_right_orders_and_half_the_ties() -> None:
    scores, labels = np.array([0.1, 0.4, 0.4, 0.8]), np.array([0.0, 0.0, 1.0, 1.0])
    pairs = [(a, b) for a in scores[labels > 0] for b in scores[labels == 0]]
    assert auc(scores, labels) == pytest.approx(sum((a > b) + 0.5 * (a == b) for a, b in pairs) / len(pairs))


def test_auc_of_one_kind_alone_is_none() -> None:
    assert auc(np.array([0.1, 0.2]), np.array([0.0, 0.0])) is None


def test_explained_variance_is_one_where_all_is_foretold_and_none_for_the_mean() -> None:
    came = np.array([3.0, 5.0, 10.0])
    assert StyleFigures(expected={"velocity": [np.stack([came, came])]}).explained("velocity") == 1
    mean = np.full(3, came.mean())
    assert StyleFigures(expected={"velocity": [np.stack([mean, came])]}).explained("velocity") == pytest.approx(0)


def test_log_softmax_sums_to_one() -> None:
    rows = np.random.default_rng(1).normal(0, 50, (4, 9))
    assert np.exp(log_softmax(rows)).sum(axis=1) == pytest.approx(1)
