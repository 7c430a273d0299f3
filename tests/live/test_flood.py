"""More comes in than anybody plays: the engine stays, the music goes on, and nothing is stuck when it is over."""

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from itertools import pairwise

import pytest

from benchmarks.live.procfs import core_seconds
from tests.live.conftest import IN, Stage
from tests.peers.attempts import best_of
from tests.peers.flood import Flood

SECONDS = float(os.environ.get("ANTIPHON_FLOOD_SECONDS", "8"))
"""A minute, and more, is for the patient: make the number larger."""
PER_SECOND = 10_000
BUSY = 1.5 * (os.cpu_count() or 1)
"""Where so many processes want to run, the engine, which has no priority, may get no time even to say that it lives."""
STARVED = 0.4
"""The share of a flood for which an engine waits for a processor that others have, and can be asked for no music."""


def is_busy() -> bool:
    """Whether no more can be asked of this machine."""
    return os.getloadavg()[0] > BUSY


def waited_s(engine: int | None) -> float:
    """Seconds for which an engine has waited for a processor; one that is gone waits no more."""
    with suppress(OSError):
        return core_seconds(engine or 0)[1]
    return 0.0


def goes_on(flood: tuple[int, float]) -> bool:
    """Whether the notes during a flood are enough for the share of it for which the engine waited."""
    own_notes, starved = flood
    return own_notes > SECONDS or starved > STARVED or is_busy()


@pytest.mark.parametrize("thru", [(), ("--thru",)], ids=["heard", "passed on"])
def test_a_flood_ends_neither_the_engine_nor_the_music(
    stage: Callable[..., Stage], closing: ExitStack, thru: tuple[str, ...]
) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "240", "--channel", "2", *thru)
    flood = closing.enter_context(Flood())
    on_stage.jack.connect(flood.port, IN)
    on_stage.wait_for_answer(4)
    engine = on_stage.engine_pid()
    on_stage.listener.give_way()  # to hear eighty thousand messages takes a processor, which the engine is to have

    def own_notes() -> tuple[int, float]:
        """How many notes it plays of its own during a flood, and the share of it for which the engine waited."""
        began_ns, before_s = on_stage.listener.heard[-1].at_ns, waited_s(engine)
        flood.start(SECONDS, PER_SECOND)
        count, ons, took = flood.finish()
        own = [one.at_ns for one in on_stage.listener.note_ons if one.message[0] & 0x0F == 1 and one.at_ns > began_ns]
        longest = max((after - before for before, after in pairwise(own)), default=0) / 1e9
        starved = (waited_s(engine) - before_s) / took
        print(f"{count} messages, {ons} note-ons, {took:.1f} s; own notes {len(own)}, longest pause {longest:.2f} s")
        print(f"the engine waited for a processor for {starved:.0%} of that")
        assert count > 0.8 * PER_SECOND * SECONDS, "the sender was too slow to be a flood"
        return len(own), starved

    assert goes_on(best_of(own_notes, goes_on))
    assert on_stage.engine_pid() == engine or is_busy()
    on_stage.wait_for_answer(len(on_stage.listener.note_ons) + 4)
    on_stage.daemon.signal(signal.SIGTERM)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    pedals = [one.message for one in on_stage.listener.heard if one.message[:2] == bytes((0xB0, 64))]
    assert not thru or pedals[-1] == bytes((0xB0, 64, 0)), "the pedal is down"
    assert any("messages that came in were left out" in line.text for line in on_stage.daemon.lines)
