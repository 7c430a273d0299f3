"""The round trip on a clock that a test turns."""

from collections import deque
from dataclasses import dataclass, field

from midi.arrivals import Arrived
from realtime.verbs.calibrate import Trips, measure, wait_for_loop
from tests.realtime.live.fakes import FakeClock

MS = 1_000_000


@dataclass
class Loop:
    """A cable: what is sent comes back after `delay_ns`, every so often not at all or twice."""

    delay_ns: int = 8 * MS
    lose_every: int = 0
    double_every: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    name: str = "loop"
    lead_ns: int = 0
    sent: list[bytes] = field(default_factory=list)
    _under_way: deque[Arrived] = field(default_factory=deque)
    _ons: int = 0

    def send(self, message: bytes, due_ns: int) -> None:
        self.sent.append(message)
        self._ons += message[0] & 0xF0 == 0x90
        if self.lose_every and self._ons % self.lose_every == 0:
            return
        copies = 2 if self.double_every and self._ons % self.double_every == 0 else 1
        self._under_way.extend([Arrived(due_ns + self.delay_ns, message)] * copies)

    def poll(self) -> list[Arrived]:
        out = []
        while self._under_way and self._under_way[0].at_ns <= self.clock.time_ns:
            out.append(self._under_way.popleft())
        return out


def test_the_round_trip_is_that_of_the_cable_whenever_it_is_looked_at() -> None:
    loop = Loop()
    trips = measure(loop, loop, 200, loop.clock)
    assert (trips.sent, trips.lost, trips.doubled) == (200, 0, 0)
    assert trips.back_ns == [8 * MS] * 200


def test_a_trip_longer_than_the_probes_are_apart_is_still_each_probes_own() -> None:
    loop = Loop(delay_ns=150 * MS)
    trips = measure(loop, loop, 50, loop.clock)
    assert trips.back_ns == [150 * MS] * 50
    assert trips.lost == 0


def test_lost_and_doubled_messages_are_counted() -> None:
    loop = Loop(lose_every=10)
    assert measure(loop, loop, 100, loop.clock).lost == 10
    loop = Loop(double_every=20)
    assert measure(loop, loop, 100, loop.clock).doubled == 5


def test_the_whole_trip_is_proposed_against_a_clock_and_half_of_it_without() -> None:
    trips = Trips(back_ns=[ms * MS for ms in (6, 8, 8, 8, 30)], sent=6)
    text = "\n".join(trips.lines())
    assert "--out-offset 8.0   if a MIDI clock leads" in text
    assert "--out-offset 4.0   with Link or --bpm" in text
    assert trips.lines()[1].split()[:5] == ["6.00", "8.00", "30.00", "30.00", "6"]


def test_every_probe_is_released_and_none_is_like_another() -> None:
    loop = Loop()
    measure(loop, loop, 300, loop.clock)
    ons, offs = loop.sent[0::2], loop.sent[1::2]
    assert len(set(ons)) == 300
    assert all(on[0] & 0xF0 == 0x90 and off[0] & 0xF0 == 0x80 for on, off in zip(ons, offs, strict=True))
    assert [on[1] for on in ons] == [off[1] for off in offs]


def test_a_cable_whose_daw_moves_the_channel_is_a_cable() -> None:
    trips = Trips()
    probe = trips.next_probe()
    trips.left(probe, 0)
    trips.arrived(bytes((0x90, probe[1], probe[2])), 5 * MS)
    assert trips.back_ns == [5 * MS]


def test_it_waits_for_a_cable_and_says_when_there_is_none() -> None:
    loop = Loop()
    assert wait_for_loop(loop, loop, 20.0, loop.clock)
    assert loop.clock.time_ns < 200 * MS
    silent = Loop(lose_every=1)
    assert not wait_for_loop(silent, silent, 20.0, silent.clock)
    assert 20_000 * MS <= silent.clock.time_ns < 20_200 * MS
