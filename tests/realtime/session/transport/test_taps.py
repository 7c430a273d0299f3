"""Tap tempo, on times that are given."""

import pytest

from realtime.session.transport.taps import TappedBeat, Taps

MS = 1_000_000


def tapped(*at_ms: float) -> TappedBeat | None:
    taps = Taps()
    beat = None
    for at in at_ms:
        beat = taps.tap(round(at * MS))
    return beat


def test_one_tap_is_no_tempo_and_two_are() -> None:
    assert tapped(100) is None
    assert tapped(100, 600) == TappedBeat(120.0, 600 * MS)


def test_a_beat_falls_on_steady_taps() -> None:
    beat = tapped(0, 400, 800, 1200, 1600)
    assert beat is not None
    assert beat.bpm == pytest.approx(150)
    assert beat.beat_ns == 1600 * MS


def test_unsteady_taps_are_evened_out() -> None:
    beat = tapped(0, 515, 990, 1510, 1995, 2500)
    assert beat is not None
    assert beat.bpm == pytest.approx(120, rel=0.01)
    assert beat.beat_ns == pytest.approx(2500 * MS, abs=10 * MS)


@pytest.mark.parametrize("next_ms", [1750, 2500, 6000])
def test_taps_begin_anew_after_another_wait(next_ms: int) -> None:
    assert tapped(0, 500, 1000, 1500, next_ms) is None


def test_another_tempo_is_taken_from_its_second_tap() -> None:
    assert tapped(0, 500, 1000, 10_000, 10_300) == TappedBeat(200.0, 10_300 * MS)


def test_taps_faster_than_any_tempo_are_no_beat() -> None:
    assert tapped(0, 20, 40, 60) is None
