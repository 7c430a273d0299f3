"""A JACK server of one's own starts whatever killed ones have left in JACK's registry."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.live import jack_server
from tests.peers.jackd import JackServer

GONE = 2**22 + 1
"""A process id that Linux never gives."""


def registry(*entries: tuple[str, int], uid: int = os.getuid()) -> bytes:
    """JACK's registry as jackd 1.9.21 writes it: a header, then a process id and 260 bytes of name a server."""
    servers = (
        pid.to_bytes(4, sys.byteorder) + f"jack-{uid}:{name}:".encode().ljust(260, b"\0") for name, pid in entries
    )
    return bytes(24) + b"".join(servers) + bytes(264)


@pytest.fixture
def registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "registry"
    monkeypatch.setattr(jack_server, "REGISTRY", path)
    monkeypatch.setattr(jack_server, "WAIT_S", 0.0)
    return path


def names() -> Sequence[str]:
    return list(dict.fromkeys(attempt.name for attempt in jack_server.attempts(128)))


def test_dead_names_of_ours_come_first_and_others_last(registered: Path) -> None:
    registered.write_bytes(registry(("default", GONE), ("antiphon-1", GONE), ("antiphon-2", os.getpid())))
    first, new, last = names()
    assert (first, last) == ("antiphon-1", "default")
    assert new.startswith("antiphon-")
    assert new not in ("antiphon-1", "antiphon-2")


def test_without_a_registry_the_name_is_a_new_one(registered: Path) -> None:
    assert len(names()) == 1
    assert names() != names()


def test_another_users_dead_servers_are_left_alone(registered: Path) -> None:
    registered.write_bytes(registry(("antiphon-1", GONE), uid=os.getuid() + 1))
    assert "antiphon-1" not in names()


def test_a_full_registry_is_tried_again(registered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jack_server, "WAIT_S", 60.0)
    monkeypatch.setattr(jack_server, "LOOK_S", 0.0)
    full = registry(*((f"live-{n}", os.getpid()) for n in range(8)))
    registered.write_bytes(full)
    attempts = jack_server.attempts(128)
    tried = {next(attempts).name for _ in range(20)}
    assert len(tried) >= 10
    registered.unlink()
    assert len(list(attempts)) < 20


def test_a_server_is_known_by_name_and_process(registered: Path) -> None:
    registered.write_bytes(registry(("antiphon-1", 7)))
    assert jack_server.is_registered("antiphon-1", 7)
    assert not jack_server.is_registered("antiphon-1", 8)
    assert not jack_server.is_registered("antiphon", 7)


def test_the_next_servers_clear_a_killed_ones_place() -> None:
    with JackServer() as killed:
        name, pid = killed.name, killed.pid
        os.kill(pid, signal.SIGKILL)
    assert jack_server.is_registered(name, pid)
    for _ in range(jack_server.MOST_SERVERS):  # a dead one of another run may come first
        JackServer().close()
        if not jack_server.is_registered(name, pid):
            return
    pytest.fail(f"{name} is still registered")
