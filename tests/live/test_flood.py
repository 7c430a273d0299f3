"""More comes in than anybody plays: the engine stays, the music goes on, and nothing is stuck when it is over."""

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from itertools import pairwise

import pytest

from tests.live.conftest import IN, Stage
from tests.peers.flood import Flood

SECONDS = float(os.environ.get("ANTIPHON_FLOOD_SECONDS", "8"))
"""A minute, and more, is for the patient: make the number larger."""
PER_SECOND = 10_000
BUSY = 2 * (os.cpu_count() or 1)
"""Where so many processes want to run, the engine, which has no priority, may get no time to decide a note."""


@pytest.mark.parametrize("thru", [(), ("--thru",)], ids=["heard", "passed on"])
def test_a_flood_ends_neither_the_engine_nor_the_music(
    stage: Callable[..., Stage], closing: ExitStack, thru: tuple[str, ...]
) -> None:
    on_stage = stage("--mode", "solo", "--bpm", "240", "--channel", "2", *thru)
    flood = closing.enter_context(Flood())
    on_stage.jack.connect(flood.port, IN)
    on_stage.wait_for_answer(4)
    engine, began_ns = on_stage.engine_pid(), on_stage.listener.heard[-1].at_ns
    flood.start(SECONDS, PER_SECOND)
    count, ons, took = flood.finish(SECONDS + 20)
    own = [one.at_ns for one in on_stage.listener.note_ons if one.message[0] & 0x0F == 1 and one.at_ns > began_ns]
    pauses = [(after - before) / 1e9 for before, after in pairwise(own)]
    longest = max(pauses, default=0.0)
    print(f"{count} messages, {ons} note-ons, {took:.1f} s; own notes {len(own)}, longest pause {longest:.2f} s")
    assert count > 0.8 * PER_SECOND * SECONDS, "the sender was too slow to be a flood"
    assert on_stage.engine_pid() == engine
    assert len(own) > SECONDS or os.getloadavg()[0] > BUSY
    on_stage.wait_for_answer(len(on_stage.listener.note_ons) + 4)
    on_stage.daemon.signal(signal.SIGTERM)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    pedals = [one.message for one in on_stage.listener.heard if one.message[:2] == bytes((0xB0, 64))]
    assert not thru or pedals[-1] == bytes((0xB0, 64, 0)), "the pedal is down"
    assert any("messages that came in were left out" in line.text for line in on_stage.daemon.lines)
