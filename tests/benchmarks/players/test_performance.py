"""Players: when they play, and which of what is answered is measured."""

from dataclasses import replace

import pytest

from benchmarks.players.live import live_figures
from benchmarks.players.performance import Cell, answer_of, human_figures, human_of, perform
from benchmarks.players.phrases import all_phrases
from exported.onnx_model import OnnxModel
from realtime.settings import ACCOMPANY, REPLY, SOLO
from realtime.timed import Timed

S = 1_000_000_000
CHORDS = Cell(all_phrases()["iivi_c"], REPLY, knows_bpm=True)
HEARD = replace(CHORDS, knows_bpm=False)
BAR_NS = 2 * S


def test_with_the_tempo_given_a_player_begins_on_the_bar_after_the_start() -> None:
    assert human_of(CHORDS, 3, 2).begins == (BAR_NS, BAR_NS + 10 * BAR_NS)


def test_without_a_tempo_each_seed_begins_at_another_moment() -> None:
    begins = {human_of(HEARD, seed, 1).begins[0] % (BAR_NS // 4) for seed in range(3)}
    assert len(begins) == 3


def test_beside_a_player_pauses_are_short() -> None:
    assert human_of(replace(CHORDS, mode=ACCOMPANY), 0, 2).begins[1] == BAR_NS + 6 * BAR_NS


def test_who_answers_with_the_phrase_itself_has_the_players_figures() -> None:
    human = human_of(CHORDS, 0, 2)
    answer = [one for time in range(2) for one in CHORDS.phrase.begun_at(human.begins[time] + 4 * BAR_NS)]
    heard = answer_of(human, CHORDS, answer, 120.0)
    assert heard.figures == replace(human_figures(CHORDS.phrase), notes=88)
    assert heard.answered == 2
    assert heard.wait_s == pytest.approx((4 * BAR_NS - human.last_key_up_ns(0) + human.begins[0]) / S)


def test_what_sounds_before_the_player_is_not_measured() -> None:
    solo = replace(CHORDS, mode=SOLO)
    human = human_of(solo, 0, 2)
    early = [Timed(100, bytes((0x90, 61, 80))), Timed(S, bytes((0x80, 61, 0)))]
    assert answer_of(human, solo, early, 120.0).figures.notes == 0


def test_where_the_tempo_is_heard_the_first_answer_is_not_held_against_the_grid() -> None:
    human = human_of(HEARD, 0, 2)
    late_ns = 60_000_000
    answer = [
        *HEARD.phrase.begun_at(human.begins[0] + 4 * BAR_NS + late_ns),
        *HEARD.phrase.begun_at(human.begins[1] + 4 * BAR_NS),
    ]
    assert answer_of(human, HEARD, answer, 120.0).figures.on_grid == 1.0
    assert answer_of(human, CHORDS, answer, 120.0).figures.on_grid == 0.5


def test_live_figures_are_by_the_listeners_clock() -> None:
    human = human_of(CHORDS, 0, 2)
    begun_ns = 977 * S
    beside = CHORDS.phrase.begun_at(begun_ns)
    heard = CHORDS.phrase.begun_at(begun_ns + 4 * BAR_NS)
    assert live_figures(human, CHORDS, beside, heard) == human_figures(CHORDS.phrase)


@pytest.mark.parametrize("cell", [CHORDS, HEARD, replace(CHORDS, mode=SOLO)], ids=lambda cell: cell.title)
def test_a_performance_is_repeatable_and_tells_the_tempo(cell: Cell, model: OnnxModel) -> None:
    heard = perform(model, cell, 1, 3)
    assert heard == perform(model, cell, 1, 3)
    assert heard.figures.notes > 0
    if cell.knows_bpm:
        assert heard.tempo_bpm == 120
