"""The tempo of a musician without a click: heard in their playing and told, or tapped."""

import re
import time
from collections.abc import Callable
from functools import partial

from tests.live.conftest import Stage
from tests.peers.program import wait_until

TUNE = (1, 0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 0.5, 1, 1, 0.5, 0.5, 1, 1)
"""Waits between its notes, in quarters."""


def tune(bpm: float) -> list[tuple[float, bytes]]:
    """When each message of a plain tune is played, in s."""
    messages: list[tuple[float, bytes]] = []
    at = 0.0
    for index, wait in enumerate((*TUNE, 1)):
        pitch = 60 + (0, 2, 4, 5, 7, 9, 11)[index * 3 % 7]
        messages += [(at, bytes((0x90, pitch, 90 if at % 1 == 0 else 70))), (at + 0.1, bytes((0x80, pitch, 0)))]
        at += wait * 60 / bpm
    return messages


def told(on_stage: Stage, pattern: str) -> list[float]:
    """The tempi in the lines of such a pattern."""
    return [float(found[1]) for line in on_stage.daemon.lines if (found := re.search(pattern, line.text))]


def has_come(at_ns: int) -> bool:
    return time.monotonic_ns() >= at_ns


def test_the_tempo_of_a_phrase_played_twice_is_told_in_one_line(stage: Callable[..., Stage]) -> None:
    on_stage = stage()
    assert any("--bpm sets it" in line.text for line in on_stage.daemon.lines)
    for turn in range(2):
        before = len(on_stage.listener.note_ons)
        on_stage.keyboard.play(tune(130))
        on_stage.wait_for_answer(before + 1)
        assert len(tempi := told(on_stage, r"your tempo: about (\d+) bpm; --bpm sets it$")) == 1, turn
    assert 0.97 * 130 <= tempi[0] <= 1.03 * 130


def test_taps_that_are_typed_set_the_tempo_and_the_beat(stage: Callable[..., Stage]) -> None:
    on_stage = stage("--bars", "1")
    taps = []
    begin = time.monotonic_ns()
    for index in range(5):
        wait_until(partial(has_come, begin + index * 400_000_000), "the beat")
        taps.append(time.monotonic_ns())
        on_stage.daemon.write("tap")
    period = (taps[-1] - taps[0]) / 4
    on_stage.daemon.wait_for_line(r"your taps: \d+ bpm$")
    on_stage.daemon.write("bpm")
    line = on_stage.daemon.wait_for_line(r"^bpm \d").text
    assert abs(float(line.split()[1]) * period / 60e9 - 1) < 0.05
