"""While nobody plays the loop seldom goes round, but the inputs are looked at between, and a note ends the wait."""

from pathlib import Path

from midi.arrivals import Arrived
from realtime.live.loop import IDLE_PASS_S, IDLE_POLL_S, LiveLoop
from realtime.live.supervisor import Supervisor
from realtime.settings import Settings

NEVER = 10**6


class Keyboard:
    """Nobody plays it before it has been looked at so often."""

    def __init__(self, plays_at: int) -> None:
        self.looks = 0
        self._plays_at = plays_at

    def poll(self) -> list[Arrived]:
        self.looks += 1
        return [Arrived(0, b"\x90\x3c\x50")] if self.looks == self._plays_at else []


class Instrument:
    lead_ns = 0

    def send(self, message: bytes, due_ns: int) -> None:
        pass


def looks_in_a_wait(keyboard: Keyboard) -> int:
    LiveLoop((keyboard,), (Instrument(),), Supervisor(Path(), "cpu", (Settings(),)), say=print)._sleep()
    return keyboard.looks


def test_an_idle_wait_looks_at_the_inputs_several_times() -> None:
    assert 1 < looks_in_a_wait(Keyboard(plays_at=NEVER)) <= IDLE_PASS_S / IDLE_POLL_S + 1


def test_a_note_ends_an_idle_wait() -> None:
    assert looks_in_a_wait(Keyboard(plays_at=2)) == 2
