"""Fixtures that start real peers. A missing program skips its tests, except in CI, where that is a failure.

Property tests draw the same examples every time, on every machine: a red test is a change of ours, not of the dice.
`make check` draws a quarter as many. `make nightly` draws others, and more; what it finds is pinned with `@example`,
and mended. None is judged by its time.
"""

import os
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.peers.daemon import Daemon
from tests.peers.jackd import JackServer
from tests.peers.program import ROOT, have_children_heed_signals
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender
from tests.peers.synth import Synth

TRAINER_PACKAGES = frozenset({"keras", "music21", "scipy", "tensorflow", "tf2onnx"})
"""What only `antiphon[train]` installs, by the names that are imported."""
STEPPED_BACK = 10
"""The niceness of tests that may wait: a tenth of the processor where others want it."""
MIDI_SYSTEM = "midi_system"
"""Marks a test that plays through a real MIDI system."""
PLAYS_IN_TIME = pytest.StashKey[bool]()
"""Whether this run has a test that plays through a real MIDI system: beside none, nobody steps back."""


class Module(pytest.Module):
    """A test module. It is skipped whole where it imports a package of the trainer's that is not installed."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Import the module and list its tests."""
        try:
            return super().collect()
        except self.CollectError as error:
            cause = error.__cause__
            if isinstance(cause, ModuleNotFoundError) and (cause.name or "").partition(".")[0] in TRAINER_PACKAGES:
                pytest.skip(f"{cause.name} is not installed: pip install 'antiphon[train]'", allow_module_level=True)
            raise


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Collect every test module as one that may need the trainer."""
    return Module.from_parent(parent, path=module_path)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what plays through a JACK server, as every test of real ports does; skip what lacks the trainer.

    What plays through JACK comes first: it takes longest, and a worker that has stepped back does not come forward.
    """
    missing = sorted(name for name in TRAINER_PACKAGES if find_spec(name) is None)
    skip = pytest.mark.skip(reason=f"{', '.join(missing)} not installed: pip install 'antiphon[train]'")
    for item in items:
        path = item.nodeid.partition("::")[0]
        asks_for_it = isinstance(item, pytest.Function) and "jack_server" in item.fixturenames
        if asks_for_it or (path.startswith(STARTS_SERVERS) and _is_with_jack(path)):
            item.add_marker(MIDI_SYSTEM)
        if missing and item.get_closest_marker("needs_trainer"):
            item.add_marker(skip)
    items.sort(key=lambda item: not _is_with_jack(item.nodeid.partition("::")[0]))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note whether any test that is left plays in time."""
    session.config.stash[PLAYS_IN_TIME] = any(item.get_closest_marker(MIDI_SYSTEM) for item in session.items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let tests that hear no clock step back for those that do, in the other process."""
    beside_another = "PYTEST_XDIST_WORKER" in os.environ and item.config.stash[PLAYS_IN_TIME] and hasattr(os, "nice")
    if beside_another and not _is_with_jack(item.nodeid.partition("::")[0]) and os.nice(0) < STEPPED_BACK:
        os.nice(STEPPED_BACK)


def pytest_configure() -> None:
    """Have tests pass under nohup and in the background of a script."""
    have_children_heed_signals()


WITH_JACK = (
    "tests/benchmarks/test_jack_server.py",
    "tests/live/",
    "tests/midi/test_ports.py",
    "tests/peers/",
    "tests/realtime/live/test_exact.py",
    "tests/realtime/live/test_ports.py",
    "tests/realtime/verbs/",
    "tests/test_mistakes.py",
    "tests/test_package.py",
)
"""Files with a test that plays through a JACK server."""
STARTS_SERVERS = ("tests/benchmarks/test_jack_server.py", "tests/live/", "tests/peers/")
"""Files whose tests start servers of their own, without the fixture."""
WITHOUT_JACK = ("tests/live/test_embedded.py",)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Have one worker run all tests with a JACK server, in turn; the others, file by file, go to whoever is free.

    JACK names a client's socket after the user and the client, not the server: of two clients of one name that open
    at the same moment, on two servers, one fails.
    """
    from xdist.scheduler import LoadScopeScheduling

    class JackInTurn(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return "with JACK" if _is_with_jack(path) else path

    return JackInTurn(config, log)


def _is_with_jack(path: str) -> bool:
    return path.startswith(WITH_JACK) and path not in WITHOUT_JACK


settings.register_profile(
    "fixed", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("check", settings.get_profile("fixed"), max_examples=25)
settings.register_profile("nightly", settings.get_profile("fixed"), derandomize=False, max_examples=1000)
settings.load_profile("fixed")


@pytest.fixture
def jack_server(request: pytest.FixtureRequest) -> Iterator[JackServer]:
    """A JACK server for one test.

    One for the whole run would be quicker by half a minute, but a client that was killed or stopped on purpose can
    slow a server down for all who come after it.
    """
    path = request.path.relative_to(ROOT).as_posix()
    assert _is_with_jack(path), f"{path} is not among WITH_JACK, in {__file__}: it may run beside another JACK server"
    with JackServer() as server:
        yield server


@pytest.fixture
def jack(jack_server: JackServer, monkeypatch: pytest.MonkeyPatch) -> JackServer:
    """The JACK server, and this process and its children as its clients."""
    for name, value in jack_server.environment.items():
        monkeypatch.setenv(name, value)
    return jack_server


@pytest.fixture(scope="session")
def music_and_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small folder of music in it, `music`; what is read of that is kept in `cache`."""
    from tests.training.music import write_folder

    folder = tmp_path_factory.mktemp("corpus")
    write_folder(folder / "music", 30, notes=80)
    return folder


@pytest.fixture
def music(music_and_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small folder of music, read once in the whole run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(music_and_cache / "cache"))
    return music_and_cache / "music"


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
