"""A duet drawn: a piano roll, the velocity of every note, and the pedals."""

import logging
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.demos.duet import ANTIPHON, HUMAN, Duet
from midi.atomic_file import replacing
from realtime.live.embedded import pitch_name
from realtime.pianoroll import COLOURS

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it announces its font cache the first time
SIZE_INCHES = (9.0, 5.0)
DPI = 80
MARGIN = 3
"""Keys left free above and below."""
NAMES = {HUMAN: "human", ANTIPHON: "antiphon"}


def draw_duet(path: Path, duet: Duet, title: str) -> None:
    """Write a PNG.

    Raises:
        InputError: the file cannot be written there.
    """
    figure = Figure(figsize=SIZE_INCHES, layout="constrained")
    roll, velocities, pedals = figure.subplots(3, 1, sharex=True, height_ratios=(6, 2, 0.8))
    for who, colour in zip(NAMES, COLOURS, strict=False):
        _draw_notes(roll, velocities, duet, who, colour)
        spans = [(begin / 1e9, (end - begin) / 1e9) for begin, end in duet.pedals[who]]
        pedals.broken_barh(spans, (0 if who == HUMAN else 1, 0.8), facecolors=colour)
    _label(roll, velocities, pedals, duet)
    roll.set_title(title, loc="left")
    figure.legend(loc="outside upper right", ncols=2, frameon=False)
    with replacing(path) as partial:
        figure.savefig(partial, format="png", dpi=DPI)


def _draw_notes(roll: Axes, velocities: Axes, duet: Duet, who: int, colour: str) -> None:
    for index, note in enumerate(duet.notes[who]):
        roll.broken_barh(
            [(note.on_ns / 1e9, note.length_ns / 1e9)],
            (note.pitch - 0.45, 0.9),
            facecolors=colour,
            alpha=0.3 + 0.7 * note.velocity / 127,
            label=NAMES[who] if index == 0 else None,
        )
    onsets = [note.on_ns / 1e9 for note in duet.notes[who]]
    velocities.vlines(onsets, 0, [note.velocity for note in duet.notes[who]], colors=colour, linewidth=1.5)


def _label(roll: Axes, velocities: Axes, pedals: Axes, duet: Duet) -> None:
    pitches = [note.pitch for notes in duet.notes.values() for note in notes]
    low, high = min(pitches) - MARGIN, max(pitches) + MARGIN
    cs = [pitch for pitch in range(low, high + 1) if pitch % 12 == 0]
    roll.set_yticks(cs, [pitch_name(pitch) for pitch in cs])
    roll.set_ylim(low, high)
    roll.grid(color="#dddddd", linewidth=0.6)
    velocities.set_ylim(0, 127)
    velocities.set_ylabel("velocity")
    pedals.set_ylim(-0.2, 2)
    pedals.set_yticks([])
    pedals.set_ylabel("pedal")
    pedals.set_xlabel("seconds")
    pedals.set_xlim(0, duet.end_ns / 1e9)
    for axes in (roll, velocities, pedals):
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
