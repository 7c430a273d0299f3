"""Messages on a driver's clock of its own, looked at now and then."""

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from midi.arrivals import Arrivals, Arrived

MS = 1_000_000
NS = 1_000_000_000
PULSE = b"\xf8"
APART = 20 * MS


@dataclass
class Driver:
    """Stamps messages by a clock that began elsewhere, and tells the time between them to a microsecond.

    The first message's is 0, as RtMidi's. Those numbered in `left_out` it keeps to itself, and their time with them.
    """

    drift: float = 0.0
    left_out: Sequence[int] = ()
    _before_us: int | None = None
    _count: int = 0

    def told(self, at_ns: int) -> Iterator[tuple[bytes, float]]:
        """What an input gets of a message."""
        now_us = round(at_ns * (1 + self.drift) / 1000)
        seconds = 0.0 if self._before_us is None else (now_us - self._before_us) / 1e6
        self._before_us, self._count = now_us, self._count + 1
        if self._count - 1 not in self.left_out:
            yield PULSE, seconds


def errors(arrivals: Arrivals, driver: Driver, came: Sequence[int], looks: Sequence[int]) -> list[int]:
    """How far each stamp is from when its message came, in ns, if the input is looked at at these times."""
    found, begin = [], 0
    for now_ns in looks:
        end = bisect_right(came, now_ns, begin)
        ready, begin = came[begin:end], end
        told = [(at, one) for at in ready for one in driver.told(at)]
        stamped = arrivals.stamp([one for _, one in told], now_ns, now_ns)
        found += [one.at_ns - at for one, (at, _) in zip(stamped, told, strict=True)]
    return found


@dataclass
class Looks:
    """When a loop looks: about once a ms, and once in a while not for a long time."""

    rng: random.Random = field(default_factory=lambda: random.Random(4))
    stall_ns: int = 0

    def until(self, end_ns: int) -> list[int]:
        """All the looks from 0 on."""
        now_ns, looks = 0, []
        while now_ns < end_ns:
            now_ns += round(self.rng.uniform(0.3, 1.3) * MS)
            if self.stall_ns and self.rng.random() < 0.01:
                now_ns += self.stall_ns
            looks.append(now_ns)
        return looks


def test_messages_found_in_one_look_keep_the_times_between_them() -> None:
    arrivals = Arrivals()
    found = arrivals.stamp([(b"\xfa", 0.0), (PULSE, 0.0), (PULSE, 0.02), (PULSE, 0.021)], 4 * NS, 5 * NS)
    assert found == [
        Arrived(5 * NS - 41 * MS, b"\xfa"),
        Arrived(5 * NS - 41 * MS, PULSE),
        Arrived(5 * NS - 21 * MS, PULSE),
        Arrived(5 * NS, PULSE),
    ]


def test_a_look_that_finds_nothing_tells_that_nothing_had_come() -> None:
    arrivals = Arrivals()
    arrivals.stamp([(PULSE, 0.0)], NS, NS)
    assert arrivals.stamp([], 3 * NS, 3 * NS) == []
    assert arrivals.stamp([(PULSE, 0.5)], 4 * NS, 4 * NS) == [Arrived(3 * NS, PULSE)], "not at 1.5 s"


@pytest.mark.parametrize("stall_ns", [0, 100 * MS])
@pytest.mark.parametrize("drift", [0.0, 1e-4, -1e-4])
def test_what_came_before_a_look_is_stamped_as_though_nobody_had_been_late(stall_ns: int, drift: float) -> None:
    came = [NS + APART * index for index in range(3000)]
    found = errors(Arrivals(), Driver(drift), came, Looks(stall_ns=stall_ns).until(came[-1] + NS))
    assert len(found) == len(came)
    assert max(map(abs, found[50:])) < 0.3 * MS
    assert max(map(abs, found)) <= 1.3 * MS + stall_ns, "never worse than the look"


def test_where_the_driver_left_something_out_the_next_looks_catch_up() -> None:
    came = [NS + APART * index for index in range(500)]
    found = errors(Arrivals(), Driver(left_out=[200]), came, Looks().until(came[-1] + NS))
    assert len(found) == len(came) - 1
    assert max(map(abs, found[200:])) <= 1.3 * MS
    assert max(map(abs, found[300:])) < 0.2 * MS


@pytest.mark.parametrize("seed", range(20))
def test_whatever_a_driver_tells_no_stamp_is_in_the_future_and_none_goes_back(seed: int) -> None:
    rng = random.Random(seed)
    arrivals, now_ns, latest_ns = Arrivals(), 0, 0
    for _ in range(300):
        begun_ns = now_ns + rng.choice([0, 1, MS, NS])
        now_ns = begun_ns + rng.choice([0, 1, MS])
        received = [(PULSE, rng.choice([0.0, 1e-6, 0.02, 3600.0, -0.5])) for _ in range(rng.randrange(4))]
        for one in arrivals.stamp(received, begun_ns, now_ns):
            assert latest_ns <= one.at_ns <= now_ns
            latest_ns = one.at_ns
