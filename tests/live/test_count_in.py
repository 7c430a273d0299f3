"""A count-in through real ports: neither keys nor the death of the engine end it."""

import json
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from midi.notes import DRUM_CHANNEL
from tests.live.conftest import Stage, kill
from tests.live.test_jam import key
from tests.peers.program import wait_until
from tests.peers.receiver import Heard

BEAT_NS = 250_000_000
"""At 240 bpm."""
SLACK_NS = 100_000_000
"""For a machine that others use too: less than half a beat."""


def clicks(on_stage: Stage) -> list[Heard]:
    return [heard for heard in on_stage.listener.note_ons if heard.message[0] & 0x0F == DRUM_CHANNEL]


def starts_ns(journal: Path) -> list[int]:
    """When each engine was ready, as the journal has it."""
    *lines, _rest = journal.read_text().split("\n")
    entries = [json.loads(line) for line in lines]
    return [entry["at_ns"] for entry in entries if entry["type"] == "engine_started"]


@pytest.mark.parametrize("mode", ["solo", "accompany"])
def test_music_begins_a_beat_after_the_last_click(stage: Callable[..., Stage], tmp_path: Path, mode: str) -> None:
    journal = tmp_path / "jam.jsonl"
    on_stage = stage("--mode", mode, "--bpm", "240", "--count-in", "8", "--journal", str(journal))
    wait_until(lambda: len(clicks(on_stage)) >= 2, "two clicks")
    counted = len(clicks(on_stage))
    on_stage.keyboard.play(key(60, 0, 0.1))
    wait_until(lambda: len(clicks(on_stage)) > counted, "a click after the key")
    kill(on_stage.engine_pid(), signal.SIGKILL)
    counted = len(clicks(on_stage))
    wait_until(lambda: len(clicks(on_stage)) >= counted + 4, "clicks after the engine's death")
    wait_until(lambda: len(starts_ns(journal)) == 2, "another engine")
    on_stage.keyboard.play(key(64, 0, 0.1))
    wait_until(lambda: len(on_stage.listener.note_ons) > len(clicks(on_stage)), "music")
    last_click = clicks(on_stage)[-1]
    begins = next(heard for heard in on_stage.listener.note_ons if heard.message[0] & 0x0F != DRUM_CHANNEL)
    is_engine_back = starts_ns(journal)[-1] < last_click.at_ns - 4 * BEAT_NS  # on a very busy machine it is not
    assert not is_engine_back or abs(begins.at_ns - last_click.at_ns - BEAT_NS) < SLACK_NS
    assert begins.at_ns > last_click.at_ns
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
