"""A model of styles through real ports: it hears a style, says so once, and leaves no note and no pedal down."""

import signal
from collections.abc import Callable

import pytest

from midi.message import CONTROL_CHANGE
from midi.pedal import SUSTAIN
from midi.tokens import STYLED_CONTEXTS, STYLED_FIELDS
from realtime.session.answer_pedal import LONGEST_NS
from tests.live.conftest import Stage, kill
from tests.peers.program import wait_until
from tests.peers.receiver import Heard
from tests.tiny_model import build


@pytest.fixture(scope="session")
def styled(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a model that draws touch and pedal, and hears jazz in everything."""
    return str(
        build(tmp_path_factory.mktemp("models") / "styled", STYLED_FIELDS, STYLED_CONTEXTS, hears="jazz"),
    )


def eighths(count: int) -> list[tuple[float, bytes]]:
    notes = [(0.2 * at, 60 + at % 5) for at in range(count)]
    return [
        message
        for at, pitch in notes
        for message in ((at, bytes((0x90, pitch, 70 + pitch % 3))), (at + 0.1, bytes((0x80, pitch, 0))))
    ]


def test_a_style_is_heard_told_once_and_changed_while_it_plays(stage: Callable[..., Stage], styled: str) -> None:
    on_stage = stage("--bpm", "150", "--bars", "2", "--model", styled)
    for _ in range(2):
        before = len(on_stage.listener.note_ons)
        on_stage.keyboard.play(eighths(12))
        on_stage.wait_for_answer(before + 3)
    on_stage.daemon.wait_for_line("it hears jazz; --style sets it")
    on_stage.daemon.write("style folk")
    on_stage.keyboard.play(eighths(12))
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    assert sum("it hears" in line.text for line in on_stage.daemon.lines) == 1
    heard = on_stage.wait_for_silence()
    pedals = [
        message.message[2] for message in heard if message.message[0] & 0xF0 == 0xB0 and message.message[1] == SUSTAIN
    ]
    assert pedals[-1:] in ([], [0])
    assert on_stage.daemon.errors == ""


def pedals_of(on_stage: Stage) -> list[Heard]:
    """The movements of the sustain pedal heard so far."""
    heard = on_stage.listener.heard
    return [one for one in heard if one.message[0] & 0xF0 == CONTROL_CHANGE and one.message[1] == SUSTAIN]


def is_down(on_stage: Stage) -> bool:
    """Whether the pedal was heard last to go down."""
    return pedals_of(on_stage)[-1:] != [] and pedals_of(on_stage)[-1].message[2] > 0


def test_its_pedal_comes_up_with_whatever_ends_it(stage: Callable[..., Stage], styled: str) -> None:
    """At once, and not only after the silence that lifts it anyway; so often that chance cannot do it."""
    on_stage = stage("--mode", "solo", "--bpm", "120", "--pedal", "1", "--model", styled)
    for _ in range(6):
        wait_until(lambda: is_down(on_stage), "a pedal that is down")
        on_stage.daemon.write("panic")
        on_stage.wait_for_silence()
        wait_until(lambda: not is_down(on_stage), "a pedal that is up")
        assert pedals_of(on_stage)[-1].at_ns - on_stage.listener.note_offs[-1].at_ns < LONGEST_NS / 2
        on_stage.daemon.write("mode solo")
    wait_until(lambda: is_down(on_stage), "a pedal that is down")
    kill(on_stage.engine_pid(), signal.SIGKILL)
    on_stage.daemon.wait_for_line("the engine was lost")
    wait_until(lambda: is_down(on_stage), "a pedal that a new engine holds")
    on_stage.daemon.signal(signal.SIGINT)
    assert on_stage.daemon.wait() == 0
    on_stage.wait_for_silence()
    assert not is_down(on_stage)
