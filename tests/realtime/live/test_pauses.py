"""Nothing in the I/O process takes longer because much has been played: no collection goes through the record."""

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from midi.arrivals import Arrived
from realtime.live.loop import LOOK_NS, LiveLoop
from realtime.live.supervisor import Supervisor
from realtime.live.timing import Timing
from realtime.settings import Settings

NOTES = 20_000


class Nobody:
    lead_ns = 0

    def poll(self) -> list[Arrived]:
        return []

    def send(self, message: bytes, due_ns: int) -> None:
        pass


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def gone_through() -> int:
    """The objects that a full collection looks at."""
    return len(gc.get_objects())


def test_the_record_of_what_was_played_is_out_of_the_collectors_way() -> None:
    performance = LiveLoop((Nobody(),), (Nobody(),), Supervisor(Path(), "cpu", (Settings(),)), say=print)
    gc.collect()
    gc.freeze()
    for index in range(NOTES):
        for status in (0x90, 0x80):
            performance.desks[0].recorder.record(bytes((status, index % 128, 80)), index, human=True)
    before = gone_through()
    performance._looked_ns = time.monotonic_ns() - 2 * LOOK_NS
    performance._look()
    assert before > NOTES
    assert gone_through() < NOTES / 10


def test_the_times_of_what_was_sent_are_nothing_to_collect() -> None:
    timing = Timing()
    gc.collect()
    before = gone_through()
    for index in range(NOTES):
        timing.sent(bytes((0x90, 60, 80)), 10**12 + index, 10**12 + index, index, index, 10**12 + index)
    assert len(timing) == NOTES
    assert gone_through() < before + NOTES / 10
