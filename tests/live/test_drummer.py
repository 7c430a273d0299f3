"""A drummer through real ports: a human on pads trades bars with it, one on keys plays along."""

import signal
from collections.abc import Callable

import pytest

from midi.drum_keys import KEYS
from midi.tokens import DEVIATION, FIELDS
from tests.live.conftest import Stage
from tests.peers.sender import Timed
from tests.tiny_model import build

BEAT = 0.5
KICK, SNARE, HAT = 36, 38, 42
ON, OFF = 0x99, 0x89


@pytest.fixture(scope="module")
def sticks(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a model that has learned drums."""
    return str(build(tmp_path_factory.mktemp("models") / "sticks", (*FIELDS, DEVIATION), styles=("drums",)))


def bars(count: int) -> list[Timed]:
    """A beat of eighths on pads, which let go at once."""
    strokes = [(step, HAT) for step in range(8 * count)] + [
        (step, SNARE if step % 4 else KICK) for step in range(0, 8 * count, 2)
    ]
    return [
        event
        for step, key in sorted(strokes)
        for event in (
            (step * BEAT / 2, bytes((ON, key, 90))),
            (step * BEAT / 2 + 0.02, bytes((OFF, key, 0))),
        )
    ]


def test_a_human_on_pads_trades_bars_with_it(stage: Callable[..., Stage], sticks: str) -> None:
    on_stage = stage("--part", "drums", "--bpm", "120", "--model", sticks)
    for _ in range(2):
        before = len(on_stage.listener.note_ons)
        last = on_stage.keyboard.play(sorted(bars(2)))[-1].at_ns
        on_stage.wait_for_answer(before + 4)
        answer = on_stage.listener.note_ons[before:]
        assert answer[0].at_ns > last, "it waits for its turn"
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    heard = on_stage.wait_for_silence()
    assert {one.message[0] & 0x0F for one in heard if one.is_on} == {9}
    assert {one.message[1] for one in heard if one.is_on} <= set(KEYS)
    assert on_stage.daemon.errors == ""
    assert any("drums on channel 10" in line.text for line in on_stage.daemon.lines)


def test_a_human_on_keys_is_accompanied_on_channel_10(stage: Callable[..., Stage], sticks: str) -> None:
    on_stage = stage("--part", "drums", "--mode", "accompany", "--bpm", "120", "--model", sticks)
    keys = [(at, bytes((data[0] & 0xF0, data[1] + 24, data[2]))) for at, data in sorted(bars(2))]
    last = on_stage.keyboard.play(keys)[-1].at_ns
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    meanwhile = [heard for heard in on_stage.listener.note_ons if heard.at_ns < last]
    assert len(meanwhile) > 5
    assert {heard.message[0] & 0x0F for heard in meanwhile} == {9}
    assert on_stage.daemon.errors == ""
