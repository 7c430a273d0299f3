"""Nothing in the I/O process takes longer because much has been played: no collection goes through the record."""

import gc
from collections.abc import Iterator

import pytest

from realtime.live.loop import LOOK_NS
from realtime.live.observers.timing import Timing
from realtime.session.journal import Send, Sounded
from tests.realtime.live.fakes import Stage

NOTES = 20_000


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def gone_through() -> int:
    """The objects that a full collection looks at."""
    return len(gc.get_objects())


def test_the_record_of_what_was_played_is_out_of_the_collectors_way() -> None:
    stage = Stage()
    gc.collect()
    gc.freeze()
    for index in range(NOTES):
        for status in (0x90, 0x80):
            stage.session.parts[0].recorder.record(bytes((status, index % 128, 80)), index, human=True)
    before = gone_through()
    stage.clock.time_ns += 2 * LOOK_NS
    stage.loop._look()
    assert before > NOTES
    assert gone_through() < NOTES / 10


def test_the_times_of_what_was_sent_are_nothing_to_collect() -> None:
    timing = Timing()
    gc.collect()
    before = gone_through()
    for index in range(NOTES):
        at_ns = 10**12 + index
        timing.take(Sounded(at_ns, Send(0, bytes((0x90, 60, 80)), at_ns, index, index, at_ns)))
    assert len(timing._rows) == NOTES
    assert gone_through() < before + NOTES / 10
