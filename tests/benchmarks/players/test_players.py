"""The bench of players, reduced: a few phrases and modes with the default model, held to gates with room."""

from dataclasses import replace

import pytest

from benchmarks.players.bars import Verdict, verdicts_of
from benchmarks.players.doubles import KEYBOARDS
from benchmarks.players.measures import commonest_share, longest_run
from benchmarks.players.performance import Cell, human_of, perform
from benchmarks.players.phrases import all_phrases
from benchmarks.players.runs import Run, play_run, run_of
from benchmarks.players.sounding import Struck
from benchmarks.players.table import Result
from benchmarks.players.variety import opening
from exported.model_store import find_model
from exported.onnx_model import OnnxModel, load_model
from realtime.modes import MODES
from realtime.settings import ACCOMPANY, REPLY, SOLO, Settings
from realtime.verbs.jam import with_random_seed

pytestmark = pytest.mark.slow

GATES = {
    "notes answered": 0.0,
    "notes per onset, over the human's": 0.1,
    "most sounding at once, beyond the human's": 0.0,
    "share in the phrase's scale, beside the human's": 0.05,
    "onsets on the human's subdivision, --bpm, over the human's": 0.0,
    "the same, tempo heard, from the second phrase on": 0.05,
    "a shuffled phrase: onsets on triplets": 0.0,
    "velocity's standard deviation, over the human's": 0.1,
    "tempo heard after the second phrase: right": 0.0,
    "tempo heard: right, or its half or double": 0.0,
}
"""How far a value may lie outside a bar's must: few phrases, seeds and times say less than the bench."""
MONOTONY = 0.1
"""Beyond MOST_COMMON, after one key."""
DOUBLES = 0.5
"""Share of the notes answered to a phrase whose notes come once."""
TIMING = 0.25
"""Share of the notes planned with default settings."""

MOST_COMMON, LONGEST_RUN, FEWEST_OPENINGS = 0.5, 8, 9
"""The commonest pitch's share and the longest run after one key; of ten solos, the openings that differ."""

CELLS = [
    Cell(all_phrases()[name], mode, knows_bpm)
    for name, mode, knows_bpm in (
        ("iivi_c", REPLY, True),
        ("iivi_c", ACCOMPANY, True),
        ("blues_am", REPLY, True),
        ("blues_am", SOLO, True),
        ("blues_am", REPLY, False),
        ("jig_g", REPLY, False),
        ("phrygian_techno", ACCOMPANY, False),
        ("one_chord", REPLY, True),
    )
]
SEEDS, TIMES = 2, 3


@pytest.fixture(scope="module")
def default_model() -> OnnxModel:
    return load_model(find_model("default"), "cpu")


@pytest.fixture(scope="module")
def verdicts(default_model: OnnxModel) -> dict[str, Verdict]:
    results = [
        Result(cell, tuple(perform(default_model, cell, seed, TIMES) for seed in range(SEEDS))) for cell in CELLS
    ]
    return {verdict.name: verdict for verdict in verdicts_of(results)}


def test_every_bar_has_a_gate(verdicts: dict[str, Verdict]) -> None:
    assert list(verdicts) == list(GATES)
    assert all(verdict.reached for verdict in verdicts.values())


@pytest.mark.parametrize("name", GATES)
def test_a_bar_is_met(name: str, verdicts: dict[str, Verdict]) -> None:
    verdict = verdicts[name]
    furthest = max(verdict.must.distance(reached.value) for reached in verdict.reached)
    assert furthest <= GATES[name], "\n".join(verdict.lines())


@pytest.fixture(scope="module")
def after_one_key(default_model: OnnxModel) -> list[Struck]:
    """Sixteen bars."""
    cell = Cell(all_phrases()["one_key"], REPLY, knows_bpm=True)
    human = human_of(cell, 0, 1)
    end_ns = human.end_ns + round(18 * cell.phrase.bar_ns)
    return list(play_run(default_model, Run(tuple(human.messages(0)), replace(cell.settings(0), bars=16), end_ns)))


def test_one_key_is_answered_by_more_than_itself(after_one_key: list[Struck]) -> None:
    share = commonest_share(after_one_key)
    assert share <= MOST_COMMON + MONOTONY


def test_one_key_is_not_answered_by_a_run_of_one_note(after_one_key: list[Struck]) -> None:
    assert longest_run(after_one_key) <= LONGEST_RUN


def test_solos_begin_otherwise_each_time(default_model: OnnxModel) -> None:
    solos = [Run((), with_random_seed(Settings(mode=SOLO, bpm=120)), 5_000_000_000) for _ in range(10)]
    different = len({opening(play_run(default_model, solo)) for solo in solos})
    assert different >= FEWEST_OPENINGS


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_doubled_notes_are_answered_as_notes_that_come_once(keyboard: str, default_model: OnnxModel) -> None:
    cell = Cell(all_phrases()["iivi_c"], SOLO, knows_bpm=True)
    once, odd = (len(play_run(default_model, run_of(cell, 0, alter=way))) for way in (list, KEYBOARDS[keyboard]))
    assert abs(odd / once - 1) <= DOUBLES, f"{odd} notes, {once} to the phrase played once"


@pytest.mark.parametrize("mode", MODES)
def test_settings_of_when_notes_sound_change_no_plan(mode: str, default_model: OnnxModel) -> None:
    cell = Cell(all_phrases()["jig_g"], mode, knows_bpm=True)
    default = cell.settings(0)
    moved = replace(default, swing=75.0, humanize=40.0, out_offset=-100.0)
    usual, other = (len(play_run(default_model, run_of(cell, 0, settings))) for settings in (default, moved))
    assert abs(other / usual - 1) <= TIMING, f"{other} notes, {usual} with default settings"
