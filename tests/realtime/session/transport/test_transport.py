"""What is played while somebody else's transport stands still, on a clock that jumps."""

import pytest

from exported.onnx_model import OnnxModel
from midi.message import NOTE_OFF, NOTE_ON
from realtime.improviser.engine import Engine
from realtime.offline import Offline
from realtime.settings import Settings
from realtime.timed import Timed

S = 1_000_000_000
BPM = 96
PULSE_NS = 60 * S / BPM / 24
PULSE, START, STOP = b"\xf8", b"\xfa", b"\xfc"
BEFORE = [Timed(0, START), *(Timed(round(index * PULSE_NS), PULSE) for index in range(24 * 8))]
"""Two bars of a clock."""
STOP_NS = BEFORE[-1].at_ns + 5_000_000
WHILE_STOPPED_NS = STOP_NS + 3 * S


def phrase(begin_ns: int) -> list[Timed]:
    """Four notes, half a second apart."""
    ons = [Timed(begin_ns + index * S // 2, bytes((NOTE_ON, 60 + index, 80))) for index in range(4)]
    return sorted([*ons, *(Timed(on.at_ns + S // 4, bytes((NOTE_OFF, on.data[1], 0))) for on in ons)])


def stopped(model: OnnxModel, mode: str, *, pulses_go_on: bool) -> Offline:
    """The human plays a phrase three seconds after the transport has stopped."""
    begin = len(BEFORE) - 1
    after = [Timed(round((begin + index) * PULSE_NS), PULSE) for index in range(1, 24 * 24)] if pulses_go_on else []
    offline = Offline(Engine(model, Settings(mode=mode, rng_seed=2)))
    offline.perform(
        sorted([*BEFORE, Timed(STOP_NS, STOP), *after, *phrase(WHILE_STOPPED_NS)], key=lambda one: one.at_ns),
        until_ns=WHILE_STOPPED_NS + 12 * S,
    )
    return offline


def onsets(offline: Offline) -> list[int]:
    return [message.at_ns for message in offline.sent if message.data[0] & 0xF0 == NOTE_ON]


@pytest.mark.parametrize("pulses_go_on", [False, True])
def test_a_phrase_is_answered_in_the_last_tempo(model: OnnxModel, pulses_go_on: bool) -> None:
    offline = stopped(model, "reply", pulses_go_on=pulses_go_on)
    answered = onsets(offline)
    assert answered
    assert min(answered) > WHILE_STOPPED_NS
    assert max(abs(at / PULSE_NS - round(at / PULSE_NS)) for at in answered) < 0.05, "on the grid that was left"
    assert offline.part.transport.source == "clock"


@pytest.mark.parametrize("mode", ["solo", "accompany"])
@pytest.mark.parametrize("pulses_go_on", [False, True])
def test_a_solo_and_an_accompaniment_wait_for_the_start(model: OnnxModel, mode: str, pulses_go_on: bool) -> None:
    offline = stopped(model, mode, pulses_go_on=pulses_go_on)
    assert not [at for at in onsets(offline) if at > STOP_NS]
    begin_ns = offline.now_ns + S
    again = [Timed(begin_ns + one.at_ns, one.data) for one in BEFORE]
    offline.perform(sorted([*again, *phrase(begin_ns)], key=lambda one: one.at_ns), until_ns=again[-1].at_ns)
    assert [at for at in onsets(offline) if at > begin_ns]
