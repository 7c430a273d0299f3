"""The place of notes beside the grid: the model says which, the human how far."""

from dataclasses import replace

import numpy as np
import pytest

from exported.onnx_model import OnnxModel
from midi.message import CONTROL_CHANGE, NOTE_ON
from midi.notes import HUMAN, Note
from midi.pedal import SUSTAIN
from midi.tempo import Tempo
from midi.touch import PEDAL_UP
from realtime.improviser.engine import Engine
from realtime.improviser.learned_touch import DrawnScale
from realtime.improviser.placement import MOST_MEAN_MS, MOST_SPREAD_MS, Placement
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed, performed

MS = 1_000_000
TEMPO = Tempo.of(120)


def played(late_ms: list[int | None]) -> list[Note]:
    return [Note(6 * at, 6, 60, 80, voice=HUMAN, deviation_ms=late) for at, late in enumerate(late_ms)]


def placed(placement: Placement) -> tuple[list[int], list[int]]:
    """What a model drew, with a mean of -5 and a spread of 30 ms, and what is played of it."""
    drawn = np.random.default_rng(0).normal(-5, 30, 300).round().astype(int).tolist()
    scale = DrawnScale()
    return drawn, [placement.learned_ms(late, scale) for late in drawn]


def test_who_plays_on_the_grid_is_answered_on_it() -> None:
    assert set(placed(Placement.of(played([0] * 8)))[1]) == {0}


def test_before_their_place_is_known_the_answer_is_on_the_grid() -> None:
    unknown: list[list[int | None]] = [[], [None] * 20, [20, 30, None, None]]
    for late in unknown:
        assert set(placed(Placement.of(played(late)))[1]) == {0}


def test_who_lays_back_is_answered_laid_back_as_unevenly_and_the_model_says_which_notes() -> None:
    drawn, late = placed(Placement.of(played([15, 35] * 8)))
    assert np.mean(late[100:]) == pytest.approx(25, abs=4)
    assert np.std(late[100:]) == pytest.approx(10, rel=0.2)
    assert np.corrcoef(drawn[100:], late[100:])[0, 1] > 0.95


def test_a_beat_heard_wrongly_does_not_tear_the_answer_apart() -> None:
    placement = Placement.of(played([-200, 200] * 8))
    assert (placement.spread, abs(Placement.of(played([300] * 8)).mean)) == (MOST_SPREAD_MS, MOST_MEAN_MS)


def test_at_zero_it_is_placed_as_learned() -> None:
    drawn, late = placed(Placement.of(played([15, 35] * 8), follow=0.0))
    assert late == drawn


def shifts(model: OnnxModel, late_ns: int) -> list[int]:
    """The ns by which answers come after their ticks, to phrases of which every other note is so late."""
    offline = Offline(Engine(model, Settings(temperature=1.5)))
    for _ in range(4):
        begin_ns = offline.now_ns + 2000 * MS
        keys = performed([Note(12 * at, 9, 60 + at, 80) for at in range(16)], Tempo.of(120, begin_ns))
        offline.perform([Timed(key.at_ns + late_ns * (at // 2 % 2), key.data) for at, key in enumerate(keys)])
    return [proposal.shift_ns for proposal in list(offline._proposals.values())[-10:]]


def test_an_answer_is_as_uneven_as_the_human(styled_model: OnnxModel) -> None:
    assert np.std(shifts(styled_model, 0)) < 3 * MS
    assert np.std(shifts(styled_model, 25 * MS)) > 6 * MS


def pedals(model: OnnxModel, settings: Settings, *, is_used: bool) -> set[int | None]:
    offline = Offline(Engine(model, settings))
    if is_used:
        offline.perform([Timed(0, bytes((CONTROL_CHANGE, SUSTAIN, 127)))])
    keys = [Timed(at * 250 * MS, bytes((NOTE_ON, 60 + at // 2, 80 * (at % 2 == 0)))) for at in range(1, 17)]
    offline.perform(keys)
    offline.perform([Timed(offline.now_ns, bytes((CONTROL_CHANGE, SUSTAIN, 0)))], offline.now_ns + 10**10)
    return {proposal.pedal for proposal in offline._proposals.values()}


def test_the_answer_uses_the_pedal_once_the_human_has_or_when_asked(styled_model: OnnxModel) -> None:
    wild = Settings(temperature=2.0, bpm=120.0)
    assert pedals(styled_model, wild, is_used=False) == {PEDAL_UP}
    assert len(pedals(styled_model, wild, is_used=True)) > 1
    assert len(pedals(styled_model, replace(wild, pedal=1.0), is_used=False)) > 1
    assert pedals(styled_model, replace(wild, pedal=0.0), is_used=True) == {PEDAL_UP}
