"""The line on touch: learned only where held-out touch is predicted better, and better than by its mean."""

from typing import Any

from training.touch_verdict import LEAST, touch_lines


def figures(velocity: float | None = None, deviation: float | None = None, auc: float | None = None) -> dict[str, Any]:
    explained = {"velocity": velocity, "deviation": deviation}
    facts: dict[str, Any] = {"explained_variance": {name: r2 for name, r2 in explained.items() if r2 is not None}}
    return facts if auc is None else facts | {"pedal_auc": auc}


def lines(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return list(touch_lines({**after, "before": before}))


def test_each_field_is_judged_by_itself() -> None:
    assert lines(figures(0.31, 0.02, 0.6), figures(0.52, 0.03, 0.9)) == [
        "it learned your touch (R2 velocity 0.31 -> 0.52), your pedal (AUC pedal 0.60 -> 0.90); "
        "not your placement (R2 deviation 0.02 -> 0.03)"
    ]


def test_the_mean_alone_is_not_touch() -> None:
    assert lines(figures(-0.8), figures(LEAST / 2)) == ["it did not learn your touch (R2 velocity -0.80 -> 0.03)"]


def test_guessing_is_no_pedal() -> None:
    assert lines(figures(auc=0.3), figures(auc=0.52))[0].startswith("it did not learn your pedal")


def test_a_field_that_is_not_told_is_not_judged() -> None:
    assert lines(figures(0.1), figures(0.5))[0].endswith("(R2 velocity 0.10 -> 0.50)")
    assert lines(figures(), figures()) == []
    assert list(touch_lines({"before": {"nats_per_note": 2.0}, "nats_per_note": 1.0})) == []
