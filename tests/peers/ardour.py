"""A real DAW without a screen: Ardour's scripting shell records what a port sends, and can send MIDI clock."""

from dataclasses import dataclass
from pathlib import Path
from shutil import which
from types import TracebackType
from typing import Self

import mido
import pytest

from tests.peers.jackd import JackServer
from tests.peers.program import Program, need

_SCRIPT = Path(__file__).with_name("ardour_record.lua")
_TRIES = 8
"""Ardour 7.3 loses a race with libjack in about one start of four ("JACK HALTED", within a second)."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A note of the take: onset and length in quarter notes of the session, from its start; channel 0 to 15."""

    beat: float
    beats: float
    pitch: int
    velocity: int
    channel: int


def shell() -> str:
    """The name of Ardour's scripting shell, whichever version is installed; skips the test where none is."""
    names = [f"ardour{major}-lua" for major in range(9, 5, -1)]
    return next((name for name in names if which(name)), "") or _missing(names[2])


def _missing(name: str) -> str:
    need(name)
    return name


class Ardour:
    """A session with one MIDI track, called `answer`, that can be recorded once; it sends its clock if asked to."""

    port = "ardour:answer/midi_in 1"
    clock_port = "ardour:MIDI Clock out"

    def __init__(self, server: JackServer, folder: Path, bpm: float = 120.0, *, clock: bool = False) -> None:
        """Start it, again if it loses its race; `folder` must be new or empty, and takes its settings too."""
        program = shell()
        self.starts = 0
        for _ in range(_TRIES):
            self.starts += 1
            self._session = folder / f"session-{self.starts}"
            # Settings of its own: neither the user's Ardour decides what happens here, nor is it told anything.
            own = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_CACHE_HOME": str(folder / "cache")}
            told = {"ARD_DIR": str(self._session), "ARD_BPM": str(bpm), "ARD_CLOCK": str(int(clock))}
            self._program = Program([program, "-X", str(_SCRIPT)], server.environment | own | told)
            if self._program.comes_true(self._is_ready, 20.0):
                return
            self._program.stop()
        pytest.fail(f"Ardour did not start in {_TRIES} tries: {self._program.errors} {self._program.lines[-5:]}")

    def _is_ready(self) -> bool:
        return any(line.text == "READY" for line in self._program.lines)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def arm(self) -> None:
        """Make ready to record what is connected to the track's port."""
        self._program.write("arm")
        self._program.wait_for_line("^ARMED$")

    def roll(self) -> None:
        """Start the transport at the session's start: it records, and sends start and pulses if it is to."""
        self._program.write("roll")
        self._program.wait_for_line("^ROLLING$")

    def finish(self) -> list[Recorded]:
        """Stop, save, and end Ardour; what the MIDI files of the take hold, in order of onset."""
        self._program.write("stop")
        self._program.wait_for_line("^DONE$", 30.0)
        files = sorted(self._session.glob("interchange/*/midifiles/*.mid"))
        return sorted((note for path in files for note in read_take(path)), key=lambda note: (note.beat, note.pitch))

    def close(self) -> None:
        """End it; what was not finished is not recorded."""
        self._program.stop()


def read_take(path: Path) -> list[Recorded]:
    """The notes of a MIDI file by onset; a key struck again ends the one before, one that never ends is left out."""
    file = mido.MidiFile(path)
    notes: list[Recorded] = []
    down: dict[tuple[int, int], tuple[float, int]] = {}
    beat = 0.0
    for message in mido.merge_tracks(file.tracks):
        beat += message.time / file.ticks_per_beat
        if message.type not in ("note_on", "note_off"):
            continue
        key = (message.channel, message.note)
        if key in down:
            onset, velocity = down.pop(key)
            notes.append(Recorded(onset, beat - onset, message.note, velocity, message.channel))
        if message.type == "note_on" and message.velocity:
            down[key] = (beat, message.velocity)
    return sorted(notes, key=lambda note: (note.beat, note.pitch))
