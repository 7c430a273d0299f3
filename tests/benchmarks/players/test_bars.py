"""Bars: what meets them, what misses them, and what is printed."""

import math
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from benchmarks.players.bars import CELL_BARS, Range, Reached, Verdict, tempo_verdicts, verdicts_of
from benchmarks.players.performance import Answer, Cell, human_figures
from benchmarks.players.phrases import Phrase, all_phrases
from benchmarks.players.table import Result, table_lines
from realtime.settings import REPLY

PITCHED = [phrase for phrase in all_phrases().values() if not phrase.is_short and not phrase.is_drums]


def result(
    name: str = "iivi_c",
    tempi: tuple[float, ...] = (120.0,),
    others: Mapping[str, Any] = MappingProxyType({}),
    *,
    knows_bpm: bool = True,
) -> Result:
    """A cell answered as the human plays, but for some figures."""
    phrase = all_phrases()[name]
    figures = replace(human_figures(phrase), **others)
    heard = tuple(Answer(figures, tempo, 1.0, 6) for tempo in tempi)
    return Result(Cell(phrase, REPLY, knows_bpm), heard)


def missed_names(*results: Result) -> list[str]:
    return [verdict.name for verdict in verdicts_of(results) if not verdict.is_met]


@pytest.mark.parametrize("phrase", PITCHED, ids=lambda phrase: phrase.name)
def test_who_answers_as_the_human_plays_meets_every_bar(phrase: Phrase) -> None:
    for knows_bpm in (True, False):
        assert missed_names(result(phrase.name, (float(phrase.bpm),), knows_bpm=knows_bpm)) == []


@pytest.mark.parametrize(
    ("figure", "value", "name"),
    [
        ("notes", 0, "notes answered"),
        ("notes_per_onset", 6.1, "notes per onset, over the human's"),
        ("notes_per_onset", 2.3, "notes per onset, over the human's"),
        ("most_at_once", 7, "most sounding at once, beyond the human's"),
        ("in_scale", 0.94, "share in the phrase's scale, beside the human's"),
        ("on_grid", 0.84, "onsets on the human's subdivision, --bpm, over the human's"),
        ("velocity_spread", 0.0, "velocity's standard deviation, over the human's"),
        ("velocity_spread", 17.0, "velocity's standard deviation, over the human's"),
    ],
)
def test_each_figure_has_its_bar(figure: str, value: float, name: str) -> None:
    assert missed_names(result(others={figure: value})) == [name]


def test_a_shuffled_phrase_answered_straight_misses_its_bar() -> None:
    assert missed_names(result("blues_am", others={"on_grid": 0.5})) == [
        "onsets on the human's subdivision, --bpm, over the human's",
        "a shuffled phrase: onsets on triplets",
    ]


def test_drums_are_a_row_and_no_bar() -> None:
    drums = result("drums", others={"notes": 0, "notes_per_onset": 9.0})
    assert missed_names(drums) == []
    assert any(line.startswith("drums: ") for line in table_lines([drums]))


def test_a_tempo_is_right_within_4_percent_and_its_half_is_its_kin() -> None:
    heard = [
        result("iivi_c", (124.0, 119.0, 60.0), knows_bpm=False),
        result("blues_am", (50.0, 50.0, 100.0), knows_bpm=False),
        result("waltz_g", (120.0,), knows_bpm=False),
    ]
    right, kin = tempo_verdicts(heard)
    assert (right.reached[0].value, kin.reached[0].value) == (1, 2)
    assert kin.reached[0].title == "reply, 3 phrases, not waltz_g"


def test_a_bar_is_held_against_the_median_and_the_worst_seed_is_shown() -> None:
    cell = result().cell
    heard = tuple(
        Answer(replace(human_figures(cell.phrase), notes_per_onset=4.0 * times), 120.0, 1.0, 6) for times in (1, 1.1, 3)
    )
    verdict = CELL_BARS[1].verdict([Result(cell, heard)])
    assert verdict.reached[0].value == pytest.approx(1.1)
    assert verdict.reached[0].worst == 3.0
    assert verdict.is_met


def test_a_missed_bar_names_its_cells_the_furthest_first() -> None:
    reached = (Reached("near", 0.6, 0.6), Reached("far", 0.9, 1.0), Reached("inside", 0.4, 0.4))
    verdict = Verdict("a share", Range(high=0.5), Range(high=0.35), reached)
    first, *others = verdict.lines()
    assert "MISSED  1 of 3, aim 0; furthest 0.90 (far)" in first
    assert [line.split()[0] for line in others] == ["far", "near"]


def test_silence_meets_no_bar() -> None:
    assert not Verdict("a share", Range(high=0.5), Range(), (Reached("nothing", math.nan, math.nan),)).is_met
