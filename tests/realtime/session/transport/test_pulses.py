import random

import pytest

from realtime.session.transport.pulses import DOUBLE_NS, Jitter, PulseFilter
from tests.realtime.session.transport.pulse_trains import (
    MS,
    START_NS,
    expected,
    rms,
    rounded_up,
    settled_after,
    strayed,
    train,
)

BEAT = 24
SEEDS = range(4)


def errors_ms(ideal: list[float], heard: list[int], pulses: PulseFilter | None = None) -> list[float]:
    """How far the expected next pulse is from the ideal one, in ms."""
    told = expected(pulses or PulseFilter(), heard)
    return [(one - other) / MS for one, other in zip(told, ideal[1:], strict=False)]


def thinned(heard: list[int], seed: int) -> tuple[list[int], list[int]]:
    """One pulse in a hundred is missing, but none of the first two beats; the rest, and which these are."""
    rng = random.Random(seed)
    arrived = [index for index in range(len(heard)) if index < 2 * BEAT or rng.random() >= 0.01]
    return [heard[index] for index in arrived], arrived


@pytest.mark.parametrize("bpm", [20, 60, 120, 140])
@pytest.mark.parametrize("seed", SEEDS)
def test_three_ms_of_jitter_leave_half_a_ms(bpm: float, seed: int) -> None:
    ideal = train(bpm, 64 * BEAT)
    errors = errors_ms(ideal, strayed(ideal, 3, seed))
    assert rms(errors[2 * BEAT :]) <= 0.6
    assert rms(errors[8 * BEAT :]) <= 0.5


@pytest.mark.parametrize("bpm", [180, 220])
@pytest.mark.parametrize("seed", SEEDS)
def test_even_where_jitter_brings_pulses_together_less_than_a_ms_is_left(bpm: float, seed: int) -> None:
    ideal = train(bpm, 64 * BEAT)
    assert rms(errors_ms(ideal, strayed(ideal, 3, seed))[8 * BEAT :]) <= 0.8


@pytest.mark.parametrize("bpm", [20, 97.3, 300])
def test_a_clean_clock_is_known_after_two_pulses(bpm: float) -> None:
    ideal = train(bpm, 4 * BEAT)
    assert max(map(abs, errors_ms(ideal, [round(at) for at in ideal])[1:])) < 0.001


@pytest.mark.parametrize("jitter_ms", [0, 1, 3])
@pytest.mark.parametrize(("before", "after"), [(90, 140), (140, 90), (120, 60), (60, 120), (140, 100)])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_in_tempo_settles_within_two_beats(before: float, after: float, jitter_ms: float, seed: int) -> None:
    change = 12 * BEAT
    ideal = train(lambda index: before if index < change else after, 24 * BEAT)
    errors = errors_ms(ideal, strayed(ideal, jitter_ms, seed))
    assert settled_after(errors[change:], max(0.5, jitter_ms)) <= 2 * BEAT


@pytest.mark.parametrize(("before", "after"), [(120, 132), (132, 120), (120, 126), (100, 104)])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_small_step_among_jitter_is_no_shift_and_settles_within_a_beat(
    before: float, after: float, seed: int
) -> None:
    change = 12 * BEAT
    ideal = train(lambda index: before if index < change else after, 24 * BEAT)
    pulses = PulseFilter()
    errors = errors_ms(ideal, strayed(ideal, 1, seed), pulses)
    assert settled_after(errors[change:], 1.5) <= BEAT
    assert pulses.index == len(ideal)


@pytest.mark.parametrize(("before", "after"), [(20, 300), (300, 20)])
def test_the_farthest_step_settles_within_a_beat(before: float, after: float) -> None:
    change = 4 * BEAT
    ideal = train(lambda index: before if index < change else after, 12 * BEAT)
    errors = errors_ms(ideal, [round(at) for at in ideal])
    assert settled_after(errors[change:], 0.5) <= BEAT


@pytest.mark.parametrize(("beats", "jitter_ms", "within"), [(4, 0, 1), (16, 0, 1), (64, 0, 0.5), (64, 3, 4)])
def test_a_ramp_is_followed(beats: int, jitter_ms: float, within: float) -> None:
    begin = 12 * BEAT
    ideal = train(lambda index: 90 + 50 * min(1, max(0, (index - begin) / BEAT / beats)), begin + beats * BEAT)
    assert rms(errors_ms(ideal, strayed(ideal, jitter_ms, 1))[begin:]) <= within


@pytest.mark.parametrize(("bpm", "jitter_ms"), [(20, 3), (60, 3), (120, 0), (120, 1), (120, 2), (200, 1), (300, 1)])
@pytest.mark.parametrize("seed", SEEDS)
def test_missing_pulses_shift_nothing(bpm: float, jitter_ms: float, seed: int) -> None:
    ideal = train(bpm, 64 * BEAT)
    heard, arrived = thinned(strayed(ideal, jitter_ms, seed), seed)
    pulses = PulseFilter()
    expected(pulses, heard)
    assert pulses.index == arrived[-1] + 1
    assert abs(pulses.at - ideal[arrived[-1]]) <= (0.1 + 0.6 * jitter_ms) * MS


def test_where_pulses_are_missing_among_3_ms_of_jitter_few_trains_in_fifty_are_miscounted() -> None:
    wrong = 0
    for seed in range(50):
        heard, arrived = thinned(strayed(train(120, 64 * BEAT), 3, seed), seed)
        pulses = PulseFilter()
        expected(pulses, heard)
        wrong += pulses.index != arrived[-1] + 1
    print(f"{wrong} of 50 miscounted")
    assert wrong <= 3


@pytest.mark.parametrize("bpm", [60, 120, 180])
def test_pulses_held_up_by_a_busy_machine_count_once_each_and_move_nothing(bpm: float) -> None:
    ideal = train(bpm, 32 * BEAT)
    heard = [round(at) for at in ideal]
    for begin in range(100, 32 * BEAT - 20, 97):
        held_until = round(ideal[begin] + 45 * MS)
        heard = [max(at, held_until) if index >= begin else at for index, at in enumerate(heard)]
    pulses = PulseFilter()
    errors = errors_ms(ideal, heard, pulses)
    assert pulses.index == len(ideal)
    assert max(map(abs, errors[50:])) < 0.5


def test_a_tempo_that_no_clock_has_is_never_believed() -> None:
    rng = random.Random(3)
    pulses = PulseFilter()
    now = START_NS
    for _ in range(20_000):
        now += round(rng.choice([0, 0.2, 1, 5, 20, 21, 40]) * MS)
        pulses.hear(now)
        assert pulses.period >= 0
        assert pulses.memory < 3 or pulses.period >= DOUBLE_NS


def test_half_the_tempo_is_not_taken_for_missing_pulses() -> None:
    ideal = train(lambda index: 120 if index < 100 else 60, 200)
    pulses = PulseFilter()
    expected(pulses, [round(at) for at in ideal])
    assert pulses.index == 200
    assert pulses.period == pytest.approx(ideal[-1] - ideal[-2], rel=1e-4)


@pytest.mark.parametrize("share", [0.05, 1.0])
@pytest.mark.parametrize("bpm", [20, 120, 300])
def test_doubled_pulses_count_once(bpm: float, share: float) -> None:
    rng = random.Random(1)
    ideal = train(bpm, 32 * BEAT)
    pulses = PulseFilter()
    for at in ideal:
        pulses.hear(round(at))
        if rng.random() < share:
            assert not pulses.hear(round(at + rng.random() * MS))
    assert pulses.index == len(ideal)
    assert abs(pulses.at - ideal[-1]) < 0.1 * MS


@pytest.mark.parametrize("frames", [64, 128, 256])
@pytest.mark.parametrize("bpm", [20, 90, 117.1875, 117.2, 120, 178.4, 300])
def test_a_ports_period_adds_no_more_than_itself(frames: int, bpm: float) -> None:
    period_ns = frames * 1e9 / 48_000
    ideal = train(bpm, 64 * BEAT)
    errors = errors_ms(ideal, rounded_up(ideal, period_ns))[8 * BEAT :]
    assert min(errors) > -1
    assert max(errors) < period_ns / MS + 1


def test_one_late_pulse_moves_nothing() -> None:
    ideal = train(120, 10 * BEAT)
    heard = [round(at) for at in ideal]
    heard[150] += 10 * MS
    assert max(map(abs, errors_ms(ideal, heard)[50:])) < 0.1


@pytest.mark.parametrize("after", [132, 140, 200])
def test_a_pulse_far_before_its_time_is_believed_at_once(after: float) -> None:
    ideal = train(lambda index: 120 if index < 100 else after, 102)
    pulses = PulseFilter()
    expected(pulses, [round(at) for at in ideal])
    assert abs(pulses.at - ideal[-1]) < 0.01 * MS
    assert pulses.period == pytest.approx(ideal[1] - ideal[0], rel=1e-4), "though whose tempo it is is not yet sure"


def test_one_early_pulse_moves_the_next_note_and_no_other() -> None:
    ideal = train(120, 10 * BEAT)
    heard = [round(at) for at in ideal]
    heard[150] -= 6 * MS
    errors = errors_ms(ideal, heard)
    assert abs(errors[150] + 6) < 0.1
    assert max(map(abs, [*errors[50:150], *errors[151:]])) < 0.1


def test_a_shift_of_phase_keeps_the_tempo() -> None:
    ideal = [at + 5 * MS * (index >= 150) for index, at in enumerate(train(120, 10 * BEAT))]
    pulses = PulseFilter()
    errors = errors_ms(ideal, [round(at) for at in ideal], pulses)
    assert settled_after(errors[150:], 0.1) <= 3
    assert pulses.period == pytest.approx(ideal[1] - ideal[0], rel=1e-4)


def test_jitter_is_known_within_a_quarter() -> None:
    heard = strayed(train(60, 100 * BEAT), 3, 5)
    jitter = Jitter()
    told = []
    for index in range(len(heard)):
        jitter.hear([float(at) for at in heard[max(0, index - 2) : index + 1]])
        told.append(jitter.deviation / MS)
    assert sum(told[200:]) / len(told[200:]) == pytest.approx(3, rel=0.25)
