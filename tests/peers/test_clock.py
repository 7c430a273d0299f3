"""Other people's clock is sent, judged, and can be told from a bad one."""

import random
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from itertools import pairwise
from statistics import median

import pytest

from tests.peers.attempts import best_of
from tests.peers.clock import Clock, ClockJudge, steadiness
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, judged, numbered
from tests.peers.jackd import RATE, JackServer
from tests.peers.program import wait_until
from tests.peers.pulses import CONTINUE, START, STOP, Pulse, clock, jittered, position, script, sent_pulses
from tests.peers.receiver import Receiver
from tests.peers.sender import Sender


def wait_for_pulses(judge: ClockJudge, count: int) -> None:
    wait_until(lambda: len(judge.pulses) >= count, f"{count} pulses")


def test_a_clock_starts_changes_its_tempo_stops_and_continues(jack: JackServer, closing: ExitStack) -> None:
    judge = closing.enter_context(ClockJudge(jack))
    sender = closing.enter_context(Clock(jack, 96.0))
    jack.connect(sender.port, judge.port)
    sender.roll()
    wait_for_pulses(judge, 40)
    sender.tempo(150.0)
    changed = len(judge.pulses)
    wait_for_pulses(judge, changed + 50)
    sender.halt()
    wait_until(lambda: any(beat.message == STOP for beat in judge.beats), "the stop")
    before = len(judge.beats)
    sender.locate(2.0)
    sender.roll()
    wait_until(lambda: CONTINUE in [beat.message for beat in judge.beats[before:]], "the continue")

    pulses = judge.pulses
    assert judge.beats[0].message == START
    assert steadiness(pulses[:40]).bpm == pytest.approx(96.0, rel=1e-4)
    assert steadiness(pulses[changed + 10 : changed + 50]).bpm == pytest.approx(150.0, rel=1e-3)
    assert position(20) in [beat.message for beat in judge.beats[before:]], "2 s at 150 bpm are 20 sixteenths"


@pytest.mark.parametrize("bpm", [63.0, 187.5])
def test_the_judge_measures_the_tempo_of_a_clock_whose_frames_are_even(
    jack: JackServer, closing: ExitStack, bpm: float
) -> None:
    judge = closing.enter_context(ClockJudge(jack))
    sender = closing.enter_context(Clock(jack, bpm))
    jack.connect(sender.port, judge.port)
    sender.roll()
    wait_for_pulses(judge, 72)
    told = steadiness(judge.pulses[:72])
    assert told.bpm == pytest.approx(bpm, rel=1e-4)
    assert told.jitter.max_ms <= 1.5e3 / RATE, "it rounds to whole frames"


def test_the_judge_sees_the_jitter_that_a_bad_clock_has(
    jack: JackServer, closing: ExitStack, sender: Callable[[str], Sender]
) -> None:
    judge = closing.enter_context(ClockJudge(jack))
    keyboard = sender("clock")
    jack.connect(keyboard.port, judge.port)
    good = clock([(120.0, 48)])

    def jitter_ms(pulses: Sequence[Pulse]) -> float:
        begin = len(judge.pulses)
        sent = keyboard.play(script(pulses, (0.0, START), (1.1, STOP)))
        wait_for_pulses(judge, begin + 48)
        assert [tick for tick, _ in sent_pulses(pulses, sent)] == list(range(48))
        return steadiness(judge.pulses[begin : begin + 48]).jitter.p50_ms

    assert best_of(lambda: jitter_ms(good), lambda ms: ms < 1.0) < 1.0
    assert jitter_ms(jittered(good, 0.008, random.Random(4))) > 1.0


def test_the_frame_receiver_hears_what_every_other_receiver_hears(
    jack: JackServer, closing: ExitStack, sender: Callable[[str], Sender], receiver: Callable[[str], Receiver]
) -> None:
    frames = closing.enter_context(FrameReceiver(jack))
    keyboard, listener = sender("keyboard"), receiver("listener")
    for port in (frames.port, listener.port):
        jack.connect(keyboard.port, port)
    notes = [(0.05 * beat, bytes([0x90, 60 + beat, 80])) for beat in range(12)]
    keyboard.play(script(clock([(125.0, 30)]), (0.0, position(8)), (0.0, START), *notes))
    heard = listener.wait_for(44)
    wait_until(lambda: len(frames.heard) >= 44, "the messages")
    assert [one.message for one in frames.heard] == [one.message for one in heard]


def test_notes_on_a_clock_are_told_from_notes_beside_it(
    jack: JackServer, closing: ExitStack, sender: Callable[[str], Sender]
) -> None:
    frames = closing.enter_context(FrameReceiver(jack))
    master = closing.enter_context(Clock(jack, 125.0))
    keyboard = sender("keyboard")
    for port in (keyboard.port, master.port):
        jack.connect(port, frames.port)
    master.roll()

    def waits() -> tuple[float, float]:
        """From a note to the next, in ticks: five pulses of 20 ms, but every other note is 5 ms late."""
        begin = len(frames.heard)
        keyboard.play([(0.3 + 0.1 * index + 0.005 * (index % 2), bytes([0x90, 40 + index, 80])) for index in range(20)])
        wait_until(lambda: len([one for one in frames.heard[begin:] if one.is_on]) == 20, "the notes")
        grid = Grid(numbered(frames.heard))
        ticks = [grid.tick(one.at_ns) for one in frames.heard[begin:] if one.is_on]
        gaps = [there - here for here, there in pairwise(ticks)]
        return median(gaps[0::2]), median(gaps[1::2])

    expected = pytest.approx((5.25, 4.75), abs=0.14)  # to a period, 0.13 ticks
    assert best_of(waits, lambda found: found == expected) == expected
    assert judged(frames.heard).max_ms <= 10.1
