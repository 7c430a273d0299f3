"""A real DAW is a witness: what Ardour recorded is what was sent, when it was sent, by the clock it sent itself."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import mido
import pytest

from tests.peers.ardour import Ardour, Recorded, read_take
from tests.peers.frames import FrameReceiver
from tests.peers.grid import Grid, Spread, numbered
from tests.peers.jackd import JackServer
from tests.peers.program import wait_until
from tests.peers.pulses import START, STOP
from tests.peers.sender import Sender, Timed

BPM = 96.0


def phrase() -> list[Timed]:
    """Two dozen notes of rising velocity, four of them a chord, on the channel 3."""
    events: list[Timed] = [(0.3, bytes([0x92, pitch, 100])) for pitch in (48, 52, 55, 60)]
    events += [(0.45, bytes([0x82, pitch, 0])) for pitch in (48, 52, 55, 60)]
    for index in range(20):
        at = 0.5 + 0.13 * index
        events += [(at, bytes([0x92, 62 + index, 40 + 3 * index])), (at + 0.1, bytes([0x82, 62 + index, 0]))]
    return events


def test_ardour_records_the_notes_that_were_sent_where_its_own_clock_was(
    jack: JackServer, closing: ExitStack, sender: Callable[[str], Sender], tmp_path: Path
) -> None:
    frames = closing.enter_context(FrameReceiver(jack))
    keyboard = sender("keyboard")
    ardour = closing.enter_context(Ardour(jack, tmp_path, BPM, clock=True))
    for port in (keyboard.port, ardour.clock_port):
        jack.connect(port, frames.port)
    jack.connect(keyboard.port, ardour.port)
    ardour.arm()
    ardour.roll()
    sent = [one.message for one in keyboard.play(phrase()) if one.message[0] & 0xF0 == 0x90]
    notes = ardour.finish()
    wait_until(lambda: STOP in [one.message for one in frames.heard], "Ardour's stop")

    def same(message: bytes) -> tuple[int, int, int]:
        return message[0] & 0x0F, message[1], message[2]

    assert [(note.channel, note.pitch, note.velocity) for note in notes] == [same(message) for message in sent]
    assert START in [one.message for one in frames.heard]
    pulses = numbered(frames.heard)
    assert (pulses[-1][1] - pulses[0][1]) / (len(pulses) - 1) == pytest.approx(60e9 / (BPM * 24), rel=1e-4)
    grid = Grid(pulses)
    onsets = sorted((grid.tick(one.at_ns), one.message[1]) for one in frames.heard if one.is_on)
    wrong = [(24 * note.beat - tick) * 60e9 / (BPM * 24) for note, (tick, _) in zip(notes, onsets, strict=True)]
    spread = Spread.of(wrong)
    print(f"recorded against heard, by Ardour's clock: {spread}, started {ardour.starts} times")
    assert spread.max_ms < 1.0


def test_a_take_is_read_as_it_was_played(tmp_path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=1920)
    track = mido.MidiTrack()
    file.tracks.append(track)
    for delta, kind, pitch, velocity in (
        (960, "note_on", 60, 70),
        (480, "note_on", 60, 80),  # struck again while down
        (480, "note_on", 60, 0),
        (0, "note_on", 64, 90),  # never ends
    ):
        track.append(mido.Message(kind, note=pitch, velocity=velocity, channel=2, time=delta))
    file.save(tmp_path / "take.mid")
    assert read_take(tmp_path / "take.mid") == [Recorded(0.5, 0.25, 60, 70, 2), Recorded(0.75, 0.25, 60, 80, 2)]
