"""The bars: which figure meets them, and that all of the table is there."""

from typing import Any

import pytest

from benchmarks.styles.bars import LESS, MORE, Bar, prediction_bars, table


@pytest.mark.parametrize(
    ("value", "better", "verdict"),
    [
        (0.59, MORE, "MISSED"),
        (0.60, MORE, "met"),
        (0.66, MORE, "aim met"),
        (0.67, LESS, "MISSED"),
        (0.66, LESS, "met"),
        (0.60, LESS, "aim met"),
    ],
)
def test_a_bar_is_met_on_its_own_side(value: float, better: str, verdict: str) -> None:
    must, aim = (0.60, 0.66) if better == MORE else (0.66, 0.60)
    assert Bar("", value, better, must, aim).verdict == verdict


def test_a_figure_without_limits_is_reported() -> None:
    bar = Bar("told apart", 0.9, LESS)
    assert bar.verdict == "reported"
    assert bar.reaches(bar.must)
    assert Bar("", 0.9, LESS, None, 0.65).verdict == "aim missed"


def facts(imitating: float, counting: float, **more: Any) -> dict[str, Any]:
    """One style's facts, its nats half wait and half deviation."""
    rows = [
        {"nats_per_note": nats, "nats_by_field": {"wait": nats / 2, "deviation": nats / 2}}
        for nats in (imitating, counting)
    ]
    return {**rows[0], "imitating": rows[0], "baselines": {"n_gram_adapting": rows[1]}, **more}


def test_every_style_is_held_against_counting_and_jazz_against_its_onsets() -> None:
    bars = {bar.work: bar for bar in prediction_bars({"jazz": facts(3.0, 4.0), "folk": facts(4.0, 4.0)})}
    assert bars["jazz: imitating, against the adapting n-gram"].value == pytest.approx(-0.25)
    assert bars["jazz: wait and deviation, nats a note, imitating"].value == 3.0
    assert bars["folk: imitating, against the adapting n-gram"].verdict == "met"
    assert len(bars) == 4


def test_the_drummer_is_held_against_touch() -> None:
    explained = {"velocity": 0.5, "deviation": 0.3}
    bars = list(prediction_bars({"drums": facts(7.0, 8.0, explained_variance=explained)}))
    assert [bar.verdict for bar in bars] == ["met", "met", "MISSED"]
    assert len(list(table(bars))) == 2 + len(bars)
