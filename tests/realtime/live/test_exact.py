"""The exact JACK output on a real server, heard by a JACK client that knows each message's frame."""

import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from midi.apis import open_api
from midi.errors import InputError, MachineError
from midi.ports import OutPort
from midi.systems import SYSTEMS
from realtime.live import exact, exact_process
from realtime.live.exact import JackExact
from tests.peers.attempts import best_of
from tests.peers.ear import Ear
from tests.peers.jackd import JackServer
from tests.peers.program import Program, wait_until

STEP_NS = 10_000_000
EXACT_NS = 500_000
EARLY_NS = 50_000_000
"""This process, which has no priority, hands messages over so much before it must."""
OUT = "Antiphon out:Antiphon out"
ON, OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))


@pytest.fixture
def ear(jack: JackServer) -> Iterator[Ear]:
    with Ear() as listening:
        yield listening


@pytest.fixture
def output(ear: Ear) -> Iterator[JackExact]:
    with JackExact.open(open_api("jack"), ear.port) as opened:
        yield opened


def wait_for_ns(at_ns: int) -> None:
    while (ahead := at_ns - time.monotonic_ns()) > 0:
        time.sleep(ahead / 1e9)


def is_exact(error_ns: int) -> bool:
    return error_ns < EXACT_NS


def grid(count: int) -> list[tuple[int, bytes]]:
    """Different messages with their times, 10 ms apart."""
    begin = time.monotonic_ns() + 100_000_000
    return [(begin + index * STEP_NS, bytes((0x90, index % 128, 1 + index // 128))) for index in range(count)]


def test_a_message_leaves_at_the_frame_of_its_time(output: JackExact, ear: Ear) -> None:
    planned: list[tuple[int, bytes]] = []

    def median_error_ns() -> int:
        begin, following = len(planned), grid(100)
        planned.extend(following)
        for due_ns, message in following:
            wait_for_ns(due_ns - output.lead_ns - EARLY_NS)
            output.send(message, due_ns)
        heard = ear.wait_for(len(planned))
        assert [one.message for one in heard] == [message for _, message in planned]
        errors = sorted(abs(one.at_ns - due_ns) for one, (due_ns, _) in zip(heard[begin:], following, strict=True))
        return errors[len(errors) // 2]

    # Frames as this machine's clock tells them: on a busy one the dummy driver is late by some tenths of a millisecond.
    assert best_of(median_error_ns, is_exact) < EXACT_NS, "at the edge of a period it would be 1.3 ms"


def test_a_thousand_messages_at_once_all_arrive_in_order(output: JackExact, ear: Ear) -> None:
    now_ns = time.monotonic_ns()
    burst = [bytes((0x90, index % 128, 1 + index // 128)) for index in range(1000)]
    for message in burst:
        output.send(message, now_ns)
    assert [one.message for one in ear.wait_for(1000)] == burst


def test_what_was_handed_over_is_delivered_by_a_close(ear: Ear) -> None:
    output = JackExact.open(open_api("jack"), ear.port)
    now_ns = time.monotonic_ns()
    output.send(ON, now_ns + 50_000_000)
    output.send(OFF, now_ns)  # the performance ends: its note-off is brought forward, but not before its note-on
    output.send(bytes((0x80, 61, 0)), now_ns - 1_000_000_000)
    output.close()
    assert [one.message for one in ear.wait_for(3)] == [bytes((0x80, 61, 0)), ON, OFF]
    output.close()


def test_its_own_port_has_the_name_that_a_musician_is_told(jack: JackServer) -> None:
    with JackExact.open(open_api("jack")) as output:
        assert output.name == "Antiphon out"
        assert OUT in jack.ports()
        with OutPort.virtual(open_api("jack"), "another"):
            assert not output.is_lost()
    assert OUT not in jack.ports()


def test_a_port_that_is_not_there_is_told_with_those_that_are(ear: Ear) -> None:
    with pytest.raises(InputError, match=r"no port 'synth'; there are: .*'ear:in'"):
        JackExact.open(open_api("jack"), "synth")


def test_a_process_that_died_ends_the_performance_with_one_line(output: JackExact) -> None:
    output._process.kill()
    wait_until(output.is_lost, "its end")
    with pytest.raises(MachineError, match="the exact JACK output has stopped"):
        output.send(ON, 0)


def test_an_io_process_that_was_killed_leaves_no_key_down(ear: Ear) -> None:
    with Program([sys.executable, "-c", HOLD, ear.port]) as holding:
        holding.wait_for_line("^held$")
        assert [one.message for one in ear.wait_for(1)] == [ON]
        holding.signal(signal.SIGKILL)
        assert [one.message for one in ear.wait_for(2)] == [ON, OFF]


HOLD = """
import sys, time
from midi.apis import open_api
from realtime.live.exact import JackExact
output = JackExact.open(open_api("jack"), sys.argv[1])
output.send(bytes((0x90, 60, 80)), time.monotonic_ns())
print("held", flush=True)
time.sleep(60)
"""


def test_two_thousand_messages_a_second_all_arrive_once_and_in_order(output: JackExact, ear: Ear) -> None:
    begin = time.monotonic_ns() + 50_000_000
    count = 6_000
    planned = [(begin + index * 500_000, bytes((0x90, index % 128, 1 + index // 128))) for index in range(count)]
    for due_ns, message in planned:
        wait_for_ns(due_ns - output.lead_ns)
        output.send(message, due_ns)
    assert [one.message for one in ear.wait_for(count)] == [message for _, message in planned]


def test_a_server_that_stopped_is_noticed(output: JackExact, jack: JackServer) -> None:
    jack.close()
    wait_until(output.is_lost, "the loss")


def test_without_the_package_it_says_what_to_install(jack: JackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "run_exact", without_package)
    with pytest.raises(MachineError, match=r"pip install 'antiphon\[jack\]'"):
        JackExact.open(open_api("jack"))


def without_package(*arguments: Any) -> None:
    sys.modules["jack"] = None  # type: ignore[assignment]
    exact_process.run_exact(*arguments)


def test_a_system_that_is_not_jack_is_refused(jack: JackServer) -> None:
    with pytest.raises(MachineError, match="--jack-exact is for JACK, and this is ALSA"):
        JackExact.open(next(api for api in SYSTEMS if api.name == "alsa"))


def test_messages_are_to_be_handed_over_a_period_and_a_margin_ahead(output: JackExact) -> None:
    assert output.lead_ns == pytest.approx(128 / 48_000 * 1e9 + exact.MARGIN_NS, abs=2)
