"""Where onsets lie is told from the clock's pulses alone, by their frames and by their own times."""

from tests.peers.measure_clock import TEMPI, told_apart
from tests.peers.pulses import PPQN, clock

MS = 1_000_000
CHANGE = 24 * 12
PULSES = [(pulse.tick, round(pulse.at * 1e9)) for pulse in clock([(TEMPI[0], CHANGE), (TEMPI[1], 24 * 24)])]
MOMENTS = [at for _, at in PULSES]


def test_an_onset_is_steady_or_beside_a_change_or_beside_a_gap() -> None:
    gap = CHANGE + 24 * 12
    times = [7 * MS + at + 12 * MS * (index >= gap) for index, at in enumerate(MOMENTS)]
    steady, changing, beside = MOMENTS[24 * 6] + MS, MOMENTS[CHANGE + 1] + 8 * MS, MOMENTS[gap + 1] + 5 * MS
    found = told_apart(PULSES, times, [steady, changing, beside])
    assert found.left_out_ms == 12
    assert [round(one.max_ms, 3) for one in (found.steady, found.changing, found.beside)] == [1, 8, 5]


def test_where_the_driver_is_on_time_nothing_lies_beside_a_gap() -> None:
    found = told_apart(PULSES, MOMENTS, MOMENTS[:: PPQN // 2])
    assert (found.left_out_ms, found.beside.count) == (0, 0)
    assert found.steady.count + found.changing.count == len(MOMENTS[:: PPQN // 2])
    assert found.steady.max_ms < 0.001
