import sys
import time
from collections.abc import Iterator

import pytest

from midi.errors import MachineError
from realtime.live.link_peer import LinkPeer
from realtime.session.transport.sources import time_sources
from realtime.session.transport.transport import Transport
from realtime.settings import Settings

pytest.importorskip("aalink")
PATIENCE_S = 10


@pytest.fixture
def other() -> Iterator[LinkPeer]:
    """Another peer, met over loopback."""
    peer = LinkPeer(90, 4)
    yield peer
    peer.leave()


def until(transport: Transport, is_so: object) -> bool:
    """Whether something becomes so while the transport is awake."""
    assert callable(is_so)
    end = time.monotonic() + PATIENCE_S
    while not is_so() and time.monotonic() < end:
        transport.advance(time.monotonic_ns())
        time.sleep(0.005)
    return bool(is_so())


def test_a_tempo_set_by_one_peer_moves_the_other_and_its_beats_coincide(other: LinkPeer) -> None:
    settings = Settings(sync="link")
    transport = Transport(settings, time.monotonic_ns(), time_sources(LinkPeer))
    try:
        assert until(transport, lambda: other._link.num_peers > 0)
        other.set_bpm(141)
        assert until(transport, lambda: abs(float(transport.tempo.bpm) - 141) < 0.01)
        assert until(transport, lambda: abs(beats_apart(transport, other)) < 0.05)
        other._link.playing = True
        time.sleep(0.1)
        transport.advance(time.monotonic_ns())
        other._link.playing = False
        assert until(transport, lambda: not transport.rolling)
    finally:
        transport.set(Settings(sync="internal"), time.monotonic_ns())


def beats_apart(transport: Transport, other: LinkPeer) -> float:
    """How far apart two peers' places in a cycle of four beats are."""
    moment = other.look()
    assert transport.bar is not None
    tick = transport.tempo.tick_at(moment.at_ns)
    ours = (transport.bar.position + tick - transport.bar.tick) / 24
    return (ours - moment.beat + 2) % 4 - 2


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "aalink", None)
    with pytest.raises(MachineError, match=r"pip install 'antiphon\[link\]'"):
        LinkPeer(120, 4)
