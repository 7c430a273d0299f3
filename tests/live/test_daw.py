"""The page docs/daw/ardour.md, done by hand: a real DAW gives the time, and records the answer."""

import shlex
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.live.conftest import OUT
from tests.peers.ardour import Ardour
from tests.peers.daemon import Daemon
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, Spread, numbered
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.sender import Sender

PAGE = Path(__file__).parents[2] / "docs" / "daw" / "ardour.md"
BPM = 100.0
QUARTER_S = 60.0 / BPM


def cables(keyboard: str) -> list[tuple[str, str]]:
    """What the page connects, with the test's keyboard for the reader's."""
    lines = [shlex.split(line) for line in PAGE.read_text().splitlines() if line.startswith("    jack_connect ")]
    return [(keyboard if source == "your keyboard's port" else source, sink) for _, source, sink in lines]


def phrase(at: float) -> list[tuple[float, bytes]]:
    """Eight eighths from a moment (s) on."""
    step = QUARTER_S / 2
    notes = [(at + index * step, 60 + 2 * (index % 4)) for index in range(8)]
    ons = [(moment, bytes([0x90, pitch, 80])) for moment, pitch in notes]
    return sorted(ons + [(moment + 0.8 * step, bytes([0x80, pitch, 0])) for moment, pitch in notes])


def test_ardour_gives_the_time_and_records_the_answer_as_the_page_says(
    jack: JackServer,
    closing: ExitStack,
    daemon: Callable[..., Daemon],
    sender: Callable[[str], Sender],
    tiny: str,
    tmp_path: Path,
) -> None:
    playing = daemon("--model", tiny, "--no-save", "--sync", "clock", "--bars", "2", "--rng-seed", "3")
    playing.wait_ready()
    keyboard = sender("keyboard")
    frames = closing.enter_context(FrameReceiver(jack))
    ardour = closing.enter_context(Ardour(jack, tmp_path, BPM, clock=True))
    laid = cables(keyboard.port)
    assert len(laid) == 3, "the page lays three cables"
    for source, sink in laid:
        jack.connect(source, sink)
    for source in (OUT, ardour.clock_port):
        jack.connect(source, frames.port)

    ardour.arm()
    ardour.roll()
    keyboard.play(phrase(4 * QUARTER_S))
    wait_until(lambda: len([one for one in frames.heard if one.is_on]) >= 4, "an answer")
    wait_until(lambda: _is_over(frames), "the end of the answer")
    recorded = ardour.finish()

    onsets = sorted((one for one in frames.heard if one.is_on), key=lambda one: (one.at_ns, one.message[1]))
    sent = [(one.message[1], one.message[2]) for one in onsets]
    assert [(note.pitch, note.velocity) for note in recorded] == sent, "in order; what shares a frame from below"
    grid = Grid(numbered(frames.heard))
    moved = [24 * note.beat - grid.tick(one.at_ns) for note, one in zip(recorded, onsets, strict=True)]
    assert max(abs(one) for one in moved) < 0.1, "recorded where it was sent"
    spread = Spread.of(grid.errors([one.at_ns for one in onsets]))
    print(f"onsets against the grid of Ardour's own clock, period 128 (2.7 ms): {spread}")
    assert spread.p50_ms <= 2 * 2.7 + 1.0, "within two periods, beside another test that runs"
    assert spread.max_ms < 25, "within a tick, even where the machine was busy for a moment"


def _is_over(frames: FrameReceiver) -> bool:
    """Whether nothing sounds and nothing was struck for three seconds of the clock's own time."""
    heard = frames.heard
    ons, offs = [one for one in heard if one.is_on], [one for one in heard if one.is_off]
    return len(offs) >= len(ons) and heard[-1].at_ns - offs[-1].at_ns > 3e9
