"""The judge of grids and the scripts of clocks, on figures that can be worked out by hand."""

import random
from itertools import pairwise

import pytest

from tests.peers.grid import Grid, Spread, evenest, judged, numbered
from tests.peers.pulses import (
    CONTINUE,
    PULSE,
    START,
    Pulse,
    clock,
    doubled,
    jittered,
    position,
    ramp,
    script,
    sent_pulses,
    thinned,
)
from tests.peers.receiver import Heard
from tests.peers.sender import Sent

MS = 1_000_000
BOOTED = 10**15
"""A monotonic clock after eleven days: nanoseconds whose squares no double holds."""
EVERY_20_MS = [(tick, BOOTED + tick * 20 * MS) for tick in range(100)]


@pytest.mark.parametrize("window", [2, 48])
@pytest.mark.parametrize("late_ms", [-9, -0.5, 0, 3])
def test_a_note_beside_a_pulse_is_wrong_by_its_distance_from_it(window: int, late_ms: float) -> None:
    for tick in (1, 50, 98):
        at = BOOTED + tick * 20 * MS + round(late_ms * MS)
        assert Grid(EVERY_20_MS, window).error(at) == pytest.approx(late_ms * MS, abs=10.0)


def test_notes_are_judged_against_every_so_many_ticks() -> None:
    assert Grid(EVERY_20_MS).error(BOOTED + 14 * 20 * MS, step=12) == pytest.approx(2 * 20 * MS, abs=10.0)


def test_the_fitted_line_averages_out_what_a_period_does_to_pulses() -> None:
    period = round(128 / 48_000 * 1e9)
    heard = [(tick, BOOTED + -(-tick * 20_833_333 // period) * period) for tick in range(200)]
    truth = BOOTED + 100 * 20_833_333
    fitted, taken = (Grid(heard, window).error(truth) for window in (48, 2))
    assert abs(fitted + period / 2) < period / 8, "the mean delay of a quantised pulse is half a period"
    assert abs(taken) <= period


def test_the_place_of_a_moment_goes_on_counting_where_pulses_were_lost() -> None:
    kept = [pair for pair in EVERY_20_MS if pair[0] % 7]
    assert Grid(kept).tick(BOOTED + 49 * 20 * MS) == pytest.approx(49.0, abs=1e-4)


def test_a_small_window_follows_a_change_of_tempo() -> None:
    pulses = [(pulse.tick, round(pulse.at * 1e9)) for pulse in clock([(60.0, 48), (120.0, 48)])]
    on_the_beat = round(clock([(60.0, 48), (120.0, 48)])[72].at * 1e9)
    assert Grid(pulses, window=4).error(on_the_beat) == pytest.approx(0.0, abs=10.0)


def test_notes_outside_the_pulses_are_not_judged() -> None:
    assert Grid(EVERY_20_MS).errors([BOOTED - 1, BOOTED + 200 * 20 * MS]) == []


def test_one_pulse_is_no_grid() -> None:
    with pytest.raises(ValueError, match="2 pulses, not 1"):
        Grid(EVERY_20_MS[:1])


def test_the_spread_keeps_the_sign_in_the_median_only() -> None:
    spread = Spread.of([-3.0 * MS, -2.0 * MS, 1.0 * MS])
    assert (spread.count, spread.median_ms, spread.p50_ms, spread.max_ms) == (3, -2.0, 2.0, 3.0)
    assert spread.p99_ms == pytest.approx(2.98)
    assert Spread.of([]).count == 0


def test_the_evenest_stretch_is_the_one_without_the_worst_errors() -> None:
    errors = [3.0 * MS, 0.5 * MS, -1.0 * MS, 9.0 * MS, 0.0]
    assert evenest(errors, 2).max_ms == 1.0
    assert evenest(errors, 5).max_ms == 9.0
    with pytest.raises(ValueError, match="a stretch of 6"):
        evenest(errors, 6)


def test_ticks_are_counted_from_the_last_start() -> None:
    heard = [Heard(at, message) for at, message in enumerate([PULSE, START, PULSE, b"\x90\x3c\x40", PULSE])]
    assert numbered(heard) == [(0, 2), (1, 4)]


def test_onsets_and_pulses_of_one_receiver_are_told_apart() -> None:
    pulses = [Heard(at, PULSE) for _, at in EVERY_20_MS]
    late = Heard(BOOTED + 10 * 20 * MS + 2 * MS, b"\x90\x3c\x40")
    off = Heard(BOOTED + 11 * 20 * MS + 9 * MS, b"\x80\x3c\x40")
    spread = judged([*pulses, late, off])
    assert (spread.count, round(spread.median_ms, 3)) == (1, 2.0)


def test_a_clock_keeps_its_tempos() -> None:
    pulses = clock([(120.0, 24), (60.0, 24)])
    assert [pulse.tick for pulse in pulses] == list(range(48))
    assert pulses[24].at == pytest.approx(0.5)
    assert pulses[47].at == pytest.approx(0.5 + 23 / 24)


def test_a_ramp_goes_evenly_from_tempo_to_tempo() -> None:
    gaps = [there.at - here.at for here, there in pairwise(ramp(60, 180, 121))]
    assert gaps[0] == pytest.approx(60 / (60 * 24))
    assert gaps[60] == pytest.approx(60 / (120 * 24))
    assert all(there < here for here, there in pairwise(gaps))


def test_hostile_clocks_keep_the_ticks_that_were_meant() -> None:
    pulses = clock([(120.0, 1000)])
    late = jittered(pulses, 0.005, random.Random(1))
    assert all(
        0 <= there.at - here.at <= 0.03 and there.tick == here.tick for here, there in zip(pulses, late, strict=True)
    )
    assert [pulse.at for pulse in late] == sorted(pulse.at for pulse in late)
    assert 970 <= len(thinned(pulses, 0.01, random.Random(1))) < 1000
    twice = doubled(pulses, 0.01, random.Random(1))
    assert 1000 < len(twice) <= 1030
    assert {pulse.tick for pulse in twice} == set(range(1000))


def test_a_script_says_start_before_the_pulse_of_the_same_moment() -> None:
    events = script(clock([(120.0, 2)]), (0.0, START), (0.01, CONTINUE))
    assert [message for _, message in events] == [START, PULSE, CONTINUE, PULSE]


def test_what_the_sender_says_of_its_pulses_is_matched_to_their_ticks() -> None:
    sent = [Sent(5, START), Sent(7, PULSE), Sent(9, PULSE)]
    assert sent_pulses([Pulse(0.0, 3), Pulse(0.1, 5)], sent) == [(3, 7), (5, 9)]


def test_a_song_position_is_two_seven_bit_bytes_low_one_first() -> None:
    assert position(16) == b"\xf2\x10\x00"
    assert position(300) == b"\xf2\x2c\x02"
