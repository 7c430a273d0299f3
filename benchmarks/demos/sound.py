"""A MIDI file as sound, by fluidsynth: Ogg Vorbis, small enough for a page."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.demos.duet import ANTIPHON, FILE_BPM, FILE_TICKS, HUMAN, Duet, file_tracks
from midi.errors import MachineError
from midi.files import write_midi

FONTS = (Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"), Path("/usr/share/sounds/sf2/TimGM6mb.sf2"))
"""Debian's fluid-soundfont-gm, or timgm6mb-soundfont."""
RATE = 22_050
"""Frames a second: 24 seconds stay below 200 kB."""
GAIN = 0.7
TIMEOUT_S = 120
PROGRAMS = {
    "folk": 73,
    "chorale": 19,
    "ragtime": 3,
    "jazz": 66,
    "bass": 32,
    "band": 27,
    "strings": 48,
}
"""General MIDI's programs, counted from 0: flute, church organ, honky-tonk, tenor saxophone, acoustic bass, electric
guitar, strings; the other styles are a piano's."""


def write_sound(path: Path, duet: Duet, style: str) -> None:
    """Write a duet as an Ogg file.

    Raises:
        MachineError: there is no fluidsynth or no sound font, or it fails.
    """
    font = next((font for font in FONTS if font.exists()), None)
    if shutil.which("fluidsynth") is None or font is None:
        raise MachineError("sounds need fluidsynth and a sound font: apt-get install fluidsynth fluid-soundfont-gm")
    with tempfile.TemporaryDirectory() as folder:
        midi, programs = Path(folder) / "duet.mid", Path(folder) / "programs"
        tracks, controls = file_tracks(duet)
        write_midi(midi, tracks, FILE_BPM, FILE_TICKS, controls=controls)
        programs.write_text("".join(f"prog {channel} {PROGRAMS.get(style, 0)}\n" for channel in (HUMAN, ANTIPHON)))
        words = ["-ni", "-g", str(GAIN), "-r", str(RATE), "-T", "oga", "-F", str(path), "-f", str(programs)]
        done = subprocess.run(
            ["fluidsynth", *words, str(font), str(midi)],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False,
        )  # fmt: skip
    if done.returncode or not path.exists():
        raise MachineError(f"fluidsynth made no sound: {done.stderr.strip().splitlines()[-1:] or done.returncode}")
