from midi.meter import Bar
from midi.tempo import Tempo
from realtime.session.transport.clock_out import BEGIN, CATCH_UP, HALT, PULSE, ClockOut

NS = 1_000_000_000
HOUR = 3600 * NS
FOUR_FOUR = 2


def walked(
    clock: ClockOut, tempo: Tempo, from_ns: int, until_ns: int, bar: Bar | None = None
) -> list[tuple[int, bytes]]:
    """All messages of a stretch of time, asked for when they are due."""
    sent = clock.due(from_ns, tempo, bar)
    while (at_ns := clock.next_due_ns(tempo)) is not None and at_ns <= until_ns:
        sent += clock.due(at_ns, tempo, bar)
    return sent


def test_it_starts_at_the_first_pulse() -> None:
    tempo = Tempo.of(120, 5 * NS)
    assert ClockOut().due(5 * NS, tempo) == [(5 * NS, BEGIN), (5 * NS, PULSE)]


def test_between_two_ticks_it_waits_for_the_next() -> None:
    clock, tempo = ClockOut(), Tempo.of(120, 0)
    assert clock.due(1_000_000, tempo) == []
    assert clock.next_due_ns(tempo) == tempo.ns_at(1)


def test_where_bars_are_known_it_starts_with_one() -> None:
    sent = walked(ClockOut(), Tempo.of(120, 0), 0, 3 * NS, Bar(0, 36, FOUR_FOUR))
    begun = [message for _, message in sent].index(BEGIN)
    assert begun == 60
    assert sent[begun][0] == sent[begun + 1][0] == Tempo.of(120, 0).ns_at(60)


def test_hours_bring_no_drift() -> None:
    tempo = Tempo.of(119.7, 0)
    clock = ClockOut()
    count = 0
    for step in range(3 * 3600 * 10 + 1):
        count += sum(message == PULSE for _, message in clock.due(step * NS // 10, tempo))
    assert count == 1 + 3 * 60 * 1197 * 24 // 10


def test_a_change_of_tempo_repeats_and_skips_no_pulse() -> None:
    clock, slow = ClockOut(), Tempo.of(90, 0)
    sent = walked(clock, slow, 0, 2 * NS)
    fast = Tempo.of(140, slow.ns_at(72), 72)
    sent += walked(clock, fast, 2 * NS, 3 * NS)
    pulses = [at for at, message in sent if message == PULSE]
    assert pulses == [slow.ns_at(tick) for tick in range(72)] + [fast.ns_at(tick) for tick in range(72, 72 + 57)]


def test_a_stop_is_sent_once_and_pulses_go_on() -> None:
    clock, tempo = ClockOut(), Tempo.of(120, 0)
    clock.due(NS, tempo)
    sent = [one for tenth in range(11, 31) for one in clock.due(tenth * NS // 10, tempo, rolling=False)]
    assert [message for _, message in sent].count(HALT) == 1
    assert sent[0][1] == HALT
    assert sum(message == PULSE for _, message in sent) == 96


def test_it_starts_again_when_the_transport_does() -> None:
    clock, tempo = ClockOut(), Tempo.of(120, 0)
    clock.due(NS, tempo)
    clock.due(2 * NS, tempo, rolling=False)
    assert BEGIN in [message for _, message in clock.due(3 * NS, tempo)]


def test_after_a_sleep_it_sends_no_flood() -> None:
    clock, tempo = ClockOut(), Tempo.of(120, 0)
    clock.due(0, tempo)
    sent = [message for _, message in clock.due(HOUR, tempo)]
    assert len(sent) <= CATCH_UP
    assert sent[0] == HALT
    assert BEGIN in sent


def test_closing_stops_what_was_started() -> None:
    clock, tempo = ClockOut(), Tempo.of(120, 0)
    assert clock.close(0) == []
    clock.due(0, tempo)
    assert clock.close(NS) == [(NS, HALT)]
    assert clock.close(NS) == []
