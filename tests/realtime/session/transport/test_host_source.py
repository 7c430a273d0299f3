"""A source that is not among ours: a plugin host that owns the time, in one class and one line."""

import pytest

from midi.meter import Bar
from midi.tempo import Tempo
from realtime.session.transport.sources import time_sources
from realtime.session.transport.time_source import TimeSource, TimeState
from realtime.session.transport.transport import Transport
from realtime.settings import Settings

NS = 1_000_000_000
START_NS = 7 * NS
LATER_NS = START_NS + NS
WALTZ = 1


class HostSource(TimeSource):
    """At each call of the host: its tempo, the beat at which it stands, and whether it rolls."""

    name = "host"

    def __init__(self) -> None:
        super().__init__()
        self.is_open = True
        self.bpm = 77.0
        self.ticks_into_bar = 36
        self.is_rolling = True
        self.called_ns = -1

    @property
    def is_there(self) -> bool:
        return self.is_open

    def advance(self, now_ns: int) -> bool:
        was, self.called_ns = self.called_ns, now_ns
        return now_ns > was

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        tick = running.tempo.tick_at(now_ns)
        return TimeState(Tempo.of(self.bpm, now_ns, tick), Bar(tick, self.ticks_into_bar, WALTZ), self.is_rolling)


@pytest.fixture
def host() -> HostSource:
    return HostSource()


@pytest.fixture
def transport(host: HostSource) -> Transport:
    return Transport(Settings(), START_NS, [host, *time_sources()])


def test_a_host_that_owns_the_time_leads(transport: Transport, host: HostSource) -> None:
    before = transport.tempo.tick_at(LATER_NS)
    host.bpm = 93
    transport.advance(LATER_NS)
    assert (transport.source, float(transport.tempo.bpm), transport.rolling) == ("host", 93, True)
    assert transport.tempo.tick_at(LATER_NS) == before
    assert transport.bar == Bar(before, 36, WALTZ)


def test_a_host_that_stops_stops_the_time(transport: Transport, host: HostSource) -> None:
    host.is_rolling = False
    transport.advance(LATER_NS)
    assert not transport.rolling


def test_nothing_else_moves_the_time_of_a_host(transport: Transport) -> None:
    before = transport.tempo, transport.bar
    transport.take_beat(START_NS + NS // 10)
    transport.take_bar(Bar(3, 0, 2))
    transport.follow(Tempo.of(133, START_NS, 0))
    assert transport.count_bars_from(50) == transport.bar
    assert (transport.tempo, transport.bar, transport.beat) == (*before, None)


def test_the_human_leads_on_in_the_tempo_of_a_host_that_left(transport: Transport, host: HostSource) -> None:
    host.is_open = False
    transport.advance(LATER_NS)
    assert (transport.source, float(transport.tempo.bpm), transport.bar) == ("follow", 77, None)
