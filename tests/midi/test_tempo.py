"""Ticks and nanoseconds: there and back, without drift."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midi.nanoseconds import NS_PER_MINUTE
from midi.tempo import Tempo

tempos = st.builds(
    Tempo.of,
    bpm=st.floats(20.0, 400.0),
    anchor_ns=st.integers(0, 10**18),
    anchor_tick=st.integers(-(10**6), 10**6),
)
ticks = st.integers(-(10**9), 10**9)


@given(tempos, ticks)
def test_a_tick_survives_the_journey_to_the_clock_and_back(tempo: Tempo, tick: int) -> None:
    assert tempo.tick_at(tempo.ns_at(tick)) == tick


@given(tempos, ticks, st.integers(1, 10**6))
def test_later_ticks_are_later(tempo: Tempo, tick: int, more: int) -> None:
    assert tempo.ns_at(tick + more) > tempo.ns_at(tick)


@given(tempos, st.integers(0, 10**18))
def test_the_nearest_tick_is_at_most_half_a_tick_away(tempo: Tempo, ns: int) -> None:
    half_tick_ns = Fraction(NS_PER_MINUTE, 48) / tempo.bpm
    assert abs(tempo.ns_at(tempo.tick_at(ns)) - ns) <= half_tick_ns + 1


def test_a_beat_at_120_lasts_half_a_second() -> None:
    assert Tempo.of(120.0).ns_of(24) == 500_000_000


def test_a_hundred_hours_of_an_awkward_tempo_end_where_the_fraction_says() -> None:
    tempo = Tempo.of(133.7)
    beats = 133_7 * 60 * 10  # 100 hours of 133.7 beats a minute
    assert tempo.ns_at(24 * beats) == 100 * 60 * NS_PER_MINUTE


@pytest.mark.parametrize(("anchor_ns", "anchor_tick"), [(5, 7), (10**15, -3)])
def test_the_anchor_tick_falls_on_the_anchor(anchor_ns: int, anchor_tick: int) -> None:
    assert Tempo.of(97.3, anchor_ns, anchor_tick).ns_at(anchor_tick) == anchor_ns
