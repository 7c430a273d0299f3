import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.beat import RHYTHMS, Hands, held, lines, perform, phrases
from midi.notes import TICKS_PER_BEAT
from realtime.improviser.beat import Beat
from realtime.improviser.beat import find_beat as find_beat_of
from realtime.improviser.onsets import MOST, Onsets, Strike
from realtime.improviser.rhythm import PERIODS_NS

MS = 1_000_000
STEADY = Hands(jitter_ms=5, slowest=100, fastest=120)


def find_beat(onsets: Sequence[Strike | int], near: Beat | None = None) -> Beat | None:
    """The beat of notes, or of moments whose notes are alike."""
    return find_beat_of([one if isinstance(one, Strike) else Strike(one) for one in onsets], near)


def off_ms(beat: Beat | None, truth: Beat) -> float:
    """The distance in ms from a beat to the true one nearest to it; far off where the tempo is wrong."""
    assert beat is not None
    if abs(math.log(beat.period_ns / truth.period_ns)) > 0.04:
        return math.inf
    off = (beat.phase_ns - truth.phase_ns) / truth.period_ns
    return abs(off - round(off)) * truth.period_ns / MS


def share_right(hands: Hands, *, helped: bool, count: int = 48) -> float:
    rng = np.random.default_rng(5)
    right = 0
    for waits in phrases(count, rng):
        performance = perform(waits, hands, rng)
        near = held(performance, rng) if helped else None
        beat = find_beat(performance.strikes, near)
        right += beat is not None and off_ms(beat, performance.beat) < performance.beat.period_ns / MS / 8
    return right / count


@pytest.mark.parametrize("name", ["Ode to Joy", "Minuet in G", "Yankee Doodle", "a hornpipe"])
def test_the_beat_of_a_plain_tune_is_found_to_a_few_ms(name: str) -> None:
    performance = perform(RHYTHMS[name], STEADY, np.random.default_rng(1))
    assert off_ms(find_beat(performance.strikes), performance.beat) < 15


def test_one_or_two_onsets_and_a_single_chord_have_no_beat() -> None:
    assert find_beat([]) is None
    assert find_beat([0]) is None
    assert find_beat([0, 500 * MS]) is None
    assert find_beat([0, 5 * MS, 11 * MS, 500 * MS, 507 * MS]) is None


def test_equal_onsets_are_heard_at_the_tempo_that_was_held() -> None:
    onsets = [300 * MS * index for index in range(12)]
    eighths = find_beat(onsets, Beat(600e6, 0, 1.0))
    quarters = find_beat(onsets, Beat(300e6 * 1.04, 0, 1.0))
    assert eighths is not None
    assert eighths.period_ns == pytest.approx(600e6, rel=0.02)
    sixteenths = find_beat(onsets, Beat(1_200e6, 0, 1.0))
    assert sixteenths is not None
    assert sixteenths.period_ns == pytest.approx(1_200e6, rel=0.02)
    assert quarters is not None
    assert quarters.period_ns == pytest.approx(300e6, rel=0.02)


def test_equal_onsets_are_heard_near_the_natural_tempo() -> None:
    beat = find_beat([250 * MS * index for index in range(12)])
    assert beat is not None
    assert beat.period_ns == pytest.approx(500e6, rel=0.02)


def test_what_was_believed_of_another_tempo_counts() -> None:
    onsets = [300 * MS * index for index in range(12)]
    doubted = np.exp(-0.5 * (np.log(PERIODS_NS / 300e6) / 0.02) ** 2)
    held = Beat(600e6, 0, 1.0, doubted / doubted.sum())
    beat = find_beat(onsets, held)
    assert beat is not None
    assert beat.period_ns == pytest.approx(300e6, rel=0.02)
    assert beat.belief is not None
    assert beat.belief.sum() == pytest.approx(1)


def test_a_held_beat_tells_on_from_off() -> None:
    onsets = [500 * MS * index for index in range(10)]
    beat = find_beat(onsets, Beat(500e6, -2_000 * MS, 1.0))
    assert beat is not None
    assert off_ms(beat, Beat(500e6, 0, 1.0)) < 5


def test_the_beat_is_that_of_the_end_where_a_phrase_slows_down() -> None:
    slowing = replace(STEADY, slowing=0.12)
    performance = perform(RHYTHMS["Ode to Joy"][:15], slowing, np.random.default_rng(2))
    end = performance.beat
    before = Beat(end.period_ns / 1.12, end.phase_ns - round(24 * end.period_ns), 1.0)
    assert off_ms(find_beat(performance.strikes, before), end) < 25


def test_chords_and_the_order_of_their_notes_do_not_matter() -> None:
    performance = perform(RHYTHMS["Minuet in G"], replace(STEADY, chords=4), np.random.default_rng(3))
    shuffled = [performance.strikes[place] for place in np.random.default_rng(0).permutation(len(performance.strikes))]
    assert off_ms(find_beat(shuffled), performance.beat) < 15
    assert find_beat(shuffled) == find_beat(performance.strikes)


def test_the_result_does_not_depend_on_when_the_clock_began() -> None:
    onsets = perform(RHYTHMS["a chorale"], STEADY, np.random.default_rng(4)).strikes
    early, late = find_beat(onsets), find_beat([onset._replace(at_ns=onset.at_ns + 10**15) for onset in onsets])
    assert early is not None
    assert late is not None
    assert late.phase_ns - early.phase_ns == pytest.approx(10**15, abs=1000)
    assert late.period_ns == pytest.approx(early.period_ns)


def test_jittery_phrases_are_heard_right_beside_a_held_beat() -> None:
    assert share_right(Hands(jitter_ms=20, slowest=60, fastest=180), helped=True) >= 0.75


def test_the_beat_held_before_helps() -> None:
    hands = Hands(jitter_ms=20)
    assert share_right(hands, helped=True) > share_right(hands, helped=False) > 0.4


@pytest.mark.parametrize(
    "onsets",
    [
        [0, 0, 0, 0],
        [0, 40 * MS, 80 * MS, 120 * MS, 160 * MS],
        [0, 20_000 * MS, 40_000 * MS, 90_000 * MS],
        [MS * step for step in range(400)],
    ],
)
def test_what_is_no_music_is_no_error(onsets: list[int]) -> None:
    with np.errstate(all="raise", under="ignore"):
        beat = find_beat(onsets)
    assert beat is None or beat.period_ns > 0


def test_only_the_latest_onsets_of_an_endless_phrase_count() -> None:
    strikes = perform(RHYTHMS["a reel"] * 10, STEADY, np.random.default_rng(6)).strikes
    assert len(strikes) > 2 * MOST
    assert len(Onsets.of(strikes)) == MOST
    assert find_beat(strikes) == find_beat(strikes[-MOST:])


def test_a_performance_keeps_its_waits() -> None:
    performance = perform((24, 12, 12, 24), Hands(jitter_ms=0, slowest=120, fastest=120), np.random.default_rng(0))
    onsets = [strike.at_ns for strike in performance.strikes]
    assert [round((onset - onsets[0]) / 500e6 * TICKS_PER_BEAT) for onset in onsets] == [0, 24, 36, 48, 72]
    assert performance.beat.phase_ns == pytest.approx(onsets[-1], abs=2)


def test_the_table_has_a_row_for_every_case_and_finder() -> None:
    table = lines(count=1, searches=2)
    assert len([line for line in table if "no prior" in line]) == len([line for line in table if "held beat" in line])
    assert "onsets: median" in table[-1]
