"""The engine's time: who sets it, what is known of bars, where an answer enters and ends."""

import pytest

from midi.meter import UNKNOWN_METER, Bar, meter_of
from midi.notes import TICKS_PER_BEAT
from realtime.improviser.onsets import Strike
from realtime.improviser.timekeeper import LONGEST_BARS, Timekeeper
from realtime.messages import TransportState
from realtime.settings import AUTO, BAR, BEAT, CLOCK, FOLLOW, INTERNAL, OFF, Settings

S = 1_000_000_000
COMMON = meter_of(4, 4)
WALTZ = meter_of(3, 4)
HUMAN_AT_90 = [Strike(10 * S + round(beat * S * 60 / 90)) for beat in range(12)]


def conducted(
    bpm: float = 100.0, meter: int = UNKNOWN_METER, *, tick: int = 0, is_free: bool = False
) -> TransportState:
    return TransportState(bpm, 5 * S, tick, meter, tick, 0, rolling=True, is_free=is_free)


@pytest.mark.parametrize(
    ("sync", "bpm", "is_free"),
    [(AUTO, None, True), (AUTO, 120.0, False), (FOLLOW, 120.0, True), (INTERNAL, None, False), (CLOCK, None, False)],
)
def test_the_humans_beat_sets_the_tempo_only_where_it_may(sync: str, bpm: float | None, is_free: bool) -> None:
    keeper = Timekeeper(Settings(sync=sync, bpm=bpm))
    assert keeper.follow(HUMAN_AT_90) is is_free
    assert float(keeper.tempo.bpm) == pytest.approx(90 if is_free else 120, rel=0.01)


def test_a_followed_beat_sets_the_beats_and_voids_the_bars() -> None:
    keeper = Timekeeper(Settings())
    keeper.grid.take_bar(Bar(0, 0, COMMON))
    assert keeper.follow(HUMAN_AT_90)
    assert keeper.grid.beat_origin == keeper.tempo.anchor_tick
    assert (keeper.tempo.tick_at(HUMAN_AT_90[5].at_ns) - keeper.tempo.anchor_tick) % TICKS_PER_BEAT == 0
    assert keeper.grid.next_bar(keeper.tempo.anchor_tick) is None


def test_silence_is_no_beat() -> None:
    keeper = Timekeeper(Settings())
    assert not keeper.follow([])
    assert float(keeper.tempo.bpm) == 120


def test_time_is_kept_as_it_is_told() -> None:
    keeper = Timekeeper(Settings())
    keeper.keep(conducted(100, COMMON, tick=48))
    assert (float(keeper.tempo.bpm), keeper.tempo.anchor_ns, keeper.tempo.anchor_tick) == (100, 5 * S, 48)
    assert keeper.grid.next_bar(49) == 48 + 96
    assert not keeper.follow(HUMAN_AT_90)
    keeper.keep(conducted(100, COMMON, tick=48, is_free=True))
    assert keeper.follow(HUMAN_AT_90)


def test_bars_that_others_told_of_end_with_them_and_only_once() -> None:
    keeper = Timekeeper(Settings())
    keeper.keep(conducted(meter=COMMON))
    keeper.keep(conducted(tick=480))
    assert keeper.grid.next_bar(500) is None
    keeper.grid.take_bar(Bar(600, 0, WALTZ))
    keeper.keep(conducted(tick=700))
    assert keeper.grid.next_bar(701) == 744, "those were nobody's but ours"


def test_bars_that_were_known_from_the_beginning_need_nobody() -> None:
    keeper = Timekeeper(Settings())
    keeper.grid.take_bar(Bar(0, 0, COMMON))
    keeper.keep(conducted(tick=480))
    assert keeper.grid.next_bar(500) == 576


def test_bars_of_others_stand_while_the_human_leads() -> None:
    keeper = Timekeeper(Settings())
    keeper.keep(conducted(meter=COMMON))
    keeper.keep(conducted(tick=480, is_free=True))
    assert keeper.grid.next_bar(500) == 576


def test_a_tempo_that_others_set_is_where_the_next_beat_is_sought() -> None:
    doubled = [Strike(10 * S + round(beat * S * 60 / 180)) for beat in range(6)]
    heard = {}
    for bpm in (90, 180):
        keeper = Timekeeper(Settings())
        keeper.keep(conducted(bpm))
        keeper.keep(conducted(120, is_free=True))
        assert keeper.follow(doubled)
        heard[bpm] = round(float(keeper.tempo.bpm))
    assert heard == {90: 90, 180: 180}


def test_an_answer_enters_on_the_beat_the_bar_or_at_once() -> None:
    keeper = Timekeeper(Settings())
    keeper.grid.take_bar(Bar(0, 0, WALTZ))
    assert [keeper.entry(50, 7, how) for how in (OFF, BEAT, BAR)] == [50, 72, 72]
    assert [keeper.entry(80, 7, how) for how in (OFF, BEAT, BAR)] == [80, 96, 144]
    assert [Timekeeper(Settings()).entry(50, 7, how) for how in (OFF, BEAT, BAR)] == [50, 55, 55]


@pytest.mark.parametrize(
    ("phrase", "bars", "length"),
    [(0, None, 1), (96, None, 1), (97, None, 2), (10_000, None, LONGEST_BARS), (10, 3, 3), (10, 100, 100)],
)
def test_an_answer_is_as_long_as_the_phrase_or_as_asked(phrase: int, bars: int | None, length: int) -> None:
    assert Timekeeper(Settings()).answer_end(30, phrase, bars) == 30 + 96 * length


def test_an_answer_ends_with_a_bar_where_bars_are_known() -> None:
    keeper = Timekeeper(Settings())
    keeper.grid.take_bar(Bar(0, 0, WALTZ))
    assert [keeper.answer_end(begin, 10, 1) for begin in (72, 73, 96, 143)] == [144, 144, 144, 144]
    assert keeper.answer_end(72, 73, None) == 216


def test_a_tapped_beat_is_where_an_answer_enters() -> None:
    keeper = Timekeeper(Settings())
    assert keeper.follow(HUMAN_AT_90)
    keeper.keep(conducted()._replace(beat=7))
    assert keeper.entry(100, 0, BEAT) == 103
