"""Learning styles: an interrupted training goes on to the same weights as one that ran through."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tests.training.needs_tensorflow  # noqa: F401 - skips this module, or brings TensorFlow in quietly
from midi.errors import InputError
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from tests.training.styled_music import encoded
from training.style_fit import StyleFit
from training.style_plan import StylePlan

PLAN = StylePlan({"jazz": 2, "drums": 1}, units=12, width=8, streams=4, chunk=16, steps=6, validate_every=3)
TRAIN = {style: [encoded(style, seed, 30) for seed in range(4)] for style in ("jazz", "drums")}
VALID = {style: [encoded(style, seed, 30) for seed in range(4, 6)] for style in ("jazz", "drums")}


def fit(work: Path, plan: StylePlan = PLAN) -> StyleFit:
    return StyleFit(plan, STYLED_FIELDS, STYLED_CONTEXTS, TRAIN, VALID, work)


def trained(one: StyleFit) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return [np.asarray(variable) for variable in one.network.model.trainable_variables]


def test_an_interrupted_training_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = fit(tmp_path / "whole")
    lines: list[str] = []
    assert whole.run(lines.append)
    assert any(line.startswith("step 6 of 6") for line in lines)
    assert any("R2 deviation" in line for line in lines)

    halted = fit(tmp_path / "halted")
    monkeypatch.setattr(StyleFit, "over", property(lambda one: one.history.step >= 4))
    halted.run(lines.append)
    monkeypatch.undo()
    resumed = fit(tmp_path / "halted")
    assert resumed.history.step == 4
    assert resumed.run(lines.append)
    for mine, its in zip(trained(resumed), trained(whole), strict=True):
        assert (mine == its).all()


def test_another_plan_does_not_take_up_a_checkpoint(tmp_path: Path) -> None:
    fit(tmp_path).run(lambda _: None)
    with pytest.raises(InputError, match=r"shares was .* is "):
        fit(tmp_path, replace(PLAN, shares={"jazz": 1, "drums": 1}))


def test_the_rate_does_not_depend_on_the_end_until_it_falls() -> None:
    short, long = replace(PLAN, steps=1_000), replace(PLAN, steps=2_000)
    assert [short.rate_at(step) for step in range(0, 750, 50)] == [long.rate_at(step) for step in range(0, 750, 50)]
    assert short.rate_at(875) == pytest.approx(short.rate * (0.01 + 0.99 * 0.5))
    assert short.rate_at(999) < 0.02 * short.rate


def test_a_training_may_be_prolonged(tmp_path: Path) -> None:
    assert fit(tmp_path).run(lambda _: None)
    longer = fit(tmp_path, replace(PLAN, steps=9))
    assert not longer.over
    assert longer.run(lambda _: None)
    assert longer.history.step == 9
