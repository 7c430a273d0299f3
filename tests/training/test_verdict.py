"""After a training one line says whether it was worth it; "learned your style" only where it is so."""

from typing import Any

import pytest

from exported.card import Card
from training.page import LEAST, summary, verdict


def card(imitating: float, counting: float = 3.0, **parts: Any) -> Card:
    """Its model imitating, and the better of two ways of counting, at these nats a note."""
    held_out = {
        "nats_per_note": imitating + 0.5,
        "imitating": {"nats_per_note": imitating},
        "baselines": {"n_gram": {"nats_per_note": counting + 1}, "n_gram_adapting": {"nats_per_note": counting}},
    }
    return Card("mine", held_out=held_out, **parts)


@pytest.mark.parametrize(
    ("imitating", "opening"),
    [
        (2.5, "better than counting: 2.500 against 3.000 nats a note"),
        (3.0 - LEAST / 2, "no better than counting: "),
        (3.5, "worse than counting: 3.500 against 3.000"),
        (float("nan"), "no better than counting: "),
    ],
)
def test_the_model_as_it_plays_is_held_against_the_best_counting(imitating: float, opening: str) -> None:
    line = verdict(card(imitating))
    assert line.startswith(opening)
    assert "\n" not in line


@pytest.mark.parametrize(
    ("parts", "advice"),
    [
        ({}, "begin from a model that knows more: --from default"),
        ({"training": {"from": {"name": "default"}}}, "Give it more files, or a longer --time"),
        ({"sounds": ["C4"]}, "leave out --preset classic"),
    ],
)
def test_what_helps_depends_on_how_it_was_made(parts: dict[str, Any], advice: str) -> None:
    assert verdict(card(3.5, **parts)).endswith(advice)
    assert advice not in verdict(card(2.5, **parts))


@pytest.mark.parametrize(
    ("after", "opening"),
    [(2.0, "learned your style: 2.500 -> 2.000"), (2.5, "did not learn"), (2.495, "did not learn"), (2.9, "did not")],
)
def test_a_style_is_learned_only_where_held_out_music_of_it_costs_less(after: float, opening: str) -> None:
    assert summary({"before": {"nats_per_note": 2.5}, "nats_per_note": after}).startswith(opening)
