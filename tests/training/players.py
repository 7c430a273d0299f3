"""Performances made up for the tests, as MIDI files: of a player with habits, and of one without."""

from pathlib import Path

import numpy as np

from midi.files import write_midi
from midi.notes import Note
from midi.pedal import SUSTAIN
from midi.piece import Control

BPM = 125.0
RESOLUTION = 480
"""Ticks to the quarter note: 1 ms each at this tempo."""
EIGHTH, BAR = RESOLUTION // 2, 4 * RESOLUTION
LATE_MS, LOUD, SOFT = 20, 90, 60


def habitual(seed: int, notes: int = 120) -> tuple[list[Note], list[Control]]:
    """Eighths: louder on the beat, 20 ms late beside it, within 4 ms and 4 velocities; the pedal anew each bar."""
    rng = np.random.default_rng(seed)
    played = []
    for index, pitch in enumerate(_walk(rng, notes)):
        on_beat = index % 2 == 0
        onset = index * EIGHTH + (0 if on_beat else LATE_MS) + int(rng.integers(-4, 5))
        velocity = (LOUD if on_beat else SOFT) + int(rng.integers(-4, 5))
        played.append(Note(max(0, onset), EIGHTH - 40, pitch, velocity))
    moves = [
        Control(at, 0, SUSTAIN, value)
        for bar in range(notes * EIGHTH // BAR)
        for at, value in ((max(0, bar * BAR - 10), 127), ((bar + 1) * BAR - 60, 0))
    ]
    return played, moves


def aimless(seed: int, notes: int = 120) -> tuple[list[Note], list[Control]]:
    """The same eighths, as loud and as late as chance has it; no pedal."""
    rng = np.random.default_rng(seed)
    played = [
        Note(max(0, index * EIGHTH + round(rng.normal(0, 15))), EIGHTH - 60, pitch, int(rng.integers(45, 106)))
        for index, pitch in enumerate(_walk(rng, notes))
    ]
    return played, []


def _walk(rng: np.random.Generator, notes: int) -> list[int]:
    steps = rng.integers(-4, 5, notes)
    pitches: list[int] = np.clip(60 + np.cumsum(steps) - np.arange(notes) * steps.mean(), 36, 84).astype(int).tolist()
    return pitches


def write(folder: Path, name: str, notes: list[Note], moves: list[Control]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    write_midi(folder / name, [("piano", notes)], BPM, RESOLUTION, controls={"piano": moves})
    return folder / name
