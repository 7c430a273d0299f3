import pytest

from realtime.session.transport.clock import ClockSlave
from tests.realtime.session.transport.pulse_trains import START_NS

PERIOD = 20_833_333
PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


def position(units: int) -> bytes:
    return bytes([0xF2, units & 127, units >> 7])


class Sender:
    """A clock at 120 bpm that a test turns on and off."""

    def __init__(self) -> None:
        self.clock = ClockSlave()
        self.now = START_NS

    def send(self, *messages: bytes) -> None:
        for message in messages:
            self.clock.hear(message, self.now)

    def run(self, pulses: int) -> None:
        for _ in range(pulses):
            self.clock.advance(self.now)
            self.clock.hear(PULSE, self.now)
            self.now += PERIOD

    @property
    def last_position(self) -> int:
        """Pulses into the song at the latest pulse."""
        assert self.clock.origin is not None
        index, at = self.clock.origin
        return at + self.clock.pulses.index - index


@pytest.fixture
def sender() -> Sender:
    return Sender()


def test_the_pulse_after_a_start_is_the_first_of_the_song(sender: Sender) -> None:
    sender.run(10)
    assert sender.clock.origin is None
    sender.send(START)
    sender.run(1)
    assert sender.last_position == 0


def test_pulses_without_a_start_tell_the_tempo_and_roll(sender: Sender) -> None:
    sender.run(30)
    assert sender.clock.is_locked
    assert sender.clock.rolling
    assert sender.clock.origin is None
    assert sender.clock.pulses.period == pytest.approx(PERIOD)


def test_a_second_start_begins_again(sender: Sender) -> None:
    sender.send(START)
    sender.run(50)
    sender.send(START)
    sender.run(5)
    assert sender.last_position == 4


def test_two_starts_and_two_pulses_of_two_cables_are_one(sender: Sender) -> None:
    sender.run(20)
    sender.send(START, PULSE, START, PULSE)
    sender.now += PERIOD
    sender.run(3)
    assert sender.last_position == 3


def test_stopped_in_mid_bar_it_continues_where_it_was_while_pulses_go_on(sender: Sender) -> None:
    sender.send(START)
    sender.run(61)
    sender.send(STOP)
    sender.run(17)
    told = [sender.clock.rolling]
    sender.send(CONTINUE)
    sender.run(1)
    assert [*told, sender.clock.rolling] == [False, True]
    assert sender.last_position == 61


def test_stopped_in_mid_bar_it_continues_where_it_was_after_a_silence(sender: Sender) -> None:
    sender.send(START)
    sender.run(61)
    sender.send(STOP)
    sender.now += 5_000_000_123
    sender.send(CONTINUE)
    sender.run(3)
    assert sender.last_position == 63
    assert sender.clock.pulses.period == pytest.approx(PERIOD)


def test_a_song_position_is_where_continue_goes_on(sender: Sender) -> None:
    sender.send(START)
    sender.run(30)
    sender.send(STOP, position(300), CONTINUE)
    sender.run(2)
    assert sender.last_position == 1801


def test_a_position_that_jumps_while_it_runs_is_that_of_the_next_pulse(sender: Sender) -> None:
    sender.send(START)
    sender.run(30)
    sender.send(position(16))
    sender.run(1)
    assert sender.last_position == 96


def test_a_start_may_set_a_grid_of_its_own(sender: Sender) -> None:
    sender.run(48)
    sender.now += PERIOD // 2
    sender.send(START)
    start_ns = sender.now
    sender.run(1)
    assert sender.clock.pulses.at == start_ns


def test_a_clock_is_lost_after_a_while_and_only_once(sender: Sender) -> None:
    sender.run(48)
    lost_ns = sender.clock.lost_ns
    assert lost_ns is not None
    assert not sender.clock.advance(lost_ns - 1)
    assert sender.clock.advance(lost_ns)
    assert not sender.clock.advance(lost_ns + 1)
    assert not sender.clock.alive


def test_a_clock_that_comes_back_has_counted_on(sender: Sender) -> None:
    sender.send(START)
    sender.run(48)
    sender.now += 100 * PERIOD
    sender.run(4)
    assert sender.last_position == 151


def test_a_clock_that_gave_no_tempo_before_it_ceased_begins_anew(sender: Sender) -> None:
    sender.run(3)
    sender.now += 60_000_000_000
    sender.run(20)
    assert sender.clock.pulses.period == pytest.approx(PERIOD)


@pytest.mark.parametrize("data", [b"", b"\xfe", b"\xf2", b"\xf2\x01", b"\x90\x40\x40", b"\xf0\x01\xf7"])
def test_what_is_no_clock_changes_nothing(sender: Sender, data: bytes) -> None:
    assert not sender.clock.hear(data, START_NS)
