"""Fixtures that start real peers. A missing program skips its tests, except in CI, where that is a failure.

Property tests draw the same examples every time, on every machine: a red test is a change of ours, not of the dice.
`make nightly` draws others, and more; what it finds is pinned with `@example`, and mended. None is judged by its time.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.peers.daemon import Daemon
from tests.peers.jackd import JackServer
from tests.peers.program import have_children_heed_signals
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender
from tests.peers.synth import Synth


def pytest_configure() -> None:
    """Have tests pass under nohup and in the background of a script."""
    have_children_heed_signals()


settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("nightly", settings.get_profile("fixed"), derandomize=False, max_examples=1000)
settings.load_profile("fixed")


@pytest.fixture
def jack_server() -> Iterator[JackServer]:
    """A JACK server for one test.

    One for the whole run would be quicker by half a minute, but a client that was killed or stopped on purpose can
    slow a server down for all who come after it.
    """
    with JackServer() as server:
        yield server


@pytest.fixture
def jack(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """The JACK server, and this process and its children as its clients."""
    for name, value in jack_server.environment.items():
        monkeypatch.setenv(name, value)
    return jack_server


@pytest.fixture
def no_midi(monkeypatch: pytest.MonkeyPatch) -> None:
    """No JACK server answers; where ALSA's sequencer is there too, the test cannot be made."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", f"nobody-{uuid.uuid4().hex[:8]}")
    monkeypatch.setenv("JACK_NO_START_SERVER", "1")
    if Path("/dev/snd/seq").exists():
        pytest.skip("this machine has an ALSA sequencer")


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Whatever is entered here is closed after the test, last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def sender(jack: JackServer, closing: ExitStack) -> Callable[[str], Sender]:
    """Starts senders: `sender("keyboard")`."""
    return lambda name: closing.enter_context(Sender(name))


@pytest.fixture
def receiver(jack: JackServer, closing: ExitStack) -> Callable[[str], Receiver]:
    """Starts receivers: `receiver("listener")`."""
    return lambda name: closing.enter_context(Receiver(name))


@pytest.fixture
def synth(jack: JackServer, closing: ExitStack) -> Synth:
    """A synthesizer on the JACK server."""
    return closing.enter_context(Synth(jack))


@pytest.fixture
def daemon(jack: JackServer, closing: ExitStack) -> Callable[..., Daemon]:
    """Starts `antiphon jam` on the JACK server: `daemon("--rng-seed", "1")`."""
    return lambda *flags: closing.enter_context(Daemon(*flags))
