"""fluidsynth on JACK, and jack_rec: what was played, as sound in a WAV file."""

from pathlib import Path

from tests.peers.jackd import RATE, JackServer
from tests.peers.program import Program, need

FONT = Path("/usr/share/sounds/sf2/TimGM6mb.sf2")
"""Debian's timgm6mb-soundfont: a small General MIDI set whose first program is a grand piano."""


class Synth(Program):
    """A running synthesizer. Its MIDI input is the JACK port `<name>:midi_00`."""

    def __init__(self, server: JackServer, name: str = "fsynth") -> None:
        """Start it and wait for its ports. It reads stdin, so it ends when the test run does."""
        need("fluidsynth")
        need("jack_rec")
        self.name = name
        self.port = f"{name}:midi_00"
        self._server = server
        options = {
            "midi.jack.id": name,
            "audio.jack.id": name,
            "midi.autoconnect": "0",
            "audio.jack.autoconnect": "0",
            "synth.reverb.active": "0",  # dry, so that a note released is soon silent
            "synth.chorus.active": "0",
        }
        settings = [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        super().__init__(
            ["fluidsynth", "-a", "jack", "-m", "jack", *settings, "-r", str(RATE), str(FONT)], server.environment
        )
        for port in (self.port, f"{name}:left", f"{name}:right"):
            server.wait_for_port(port)

    def record(self, path: Path, seconds: int) -> Program:
        """Record so many seconds to a WAV file, from now; wait for the program returned, then read the file."""
        left, right = f"{self.name}:left", f"{self.name}:right"
        recorder = Program(
            ["jack_rec", "-f", str(path), "-d", str(seconds), "-b", "16", left, right], self._server.environment
        )
        self._server.wait_for_port("jackrec:input2")
        return recorder
