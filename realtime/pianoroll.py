"""A picture of a performance: the human's notes and the answer's, over beats and pitches. Loads matplotlib."""

import logging
from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from midi.atomic_file import replacing
from midi.errors import InputError
from midi.notes import TICKS_PER_BEAT, Note
from realtime.live.embedded import pitch_name

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it announces its font cache the first time
BEATS_PER_BAR = 4
COLOURS = ("#3b6ea5", "#d9822b", "#3c8d5a", "#8d5aa5", "#777777")
INCHES_PER_BEAT = 0.32
WIDTH_INCHES = (8.0, 40.0)


def draw_piano_roll(path: Path, tracks: Sequence[tuple[str, Sequence[Note]]], title: str) -> None:
    """Write a PNG: one colour a track, louder notes darker, a line at each bar of four beats and at each C.

    Raises:
        InputError: there are no notes, or the file cannot be written there.
    """
    notes = [note for _, track in tracks for note in track]
    if not notes:
        raise InputError(f"cannot draw {path}: there are no notes")
    beats = max(note.end for note in notes) / TICKS_PER_BEAT
    width = min(max(beats * INCHES_PER_BEAT, WIDTH_INCHES[0]), WIDTH_INCHES[1])
    figure = Figure(figsize=(width, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for (name, track), colour in zip(tracks, COLOURS, strict=False):
        _draw_track(axes, name, track, colour)
    _draw_grid(axes, beats, min(n.pitch for n in notes), max(n.pitch for n in notes))
    axes.set_title(title, loc="left")
    figure.legend(loc="outside upper right", ncols=len(tracks), frameon=False)
    with replacing(path) as partial:
        figure.savefig(partial, format="png", dpi=110)


def _draw_track(axes: Axes, name: str, notes: Sequence[Note], colour: str) -> None:
    for index, note in enumerate(notes):
        axes.broken_barh(
            [(note.onset / TICKS_PER_BEAT, (note.duration or TICKS_PER_BEAT) / TICKS_PER_BEAT)],
            (note.pitch - 0.45, 0.9),
            facecolors=colour,
            alpha=0.35 + 0.65 * (note.velocity or 80) / 127,
            edgecolor="white",
            linewidth=0.5,
            label=name if index == 0 else None,
        )


def _draw_grid(axes: Axes, beats: float, lowest: int, highest: int) -> None:
    bars = range(0, int(beats) + BEATS_PER_BAR, BEATS_PER_BAR)
    axes.set_xticks(bars, [str(1 + bar // BEATS_PER_BAR) for bar in bars])
    axes.set_xticks(range(int(beats) + 1), minor=True)
    cs = [pitch for pitch in range(lowest - 6, highest + 7) if pitch % 12 == 0]
    axes.set_yticks(cs, [pitch_name(pitch) for pitch in cs])
    axes.set_xlim(0, beats)
    axes.set_ylim(lowest - 3, highest + 3)
    axes.grid(which="major", color="#bbbbbb", linewidth=0.8)
    axes.grid(which="minor", axis="x", color="#e5e5e5", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("bar")
    axes.spines[["top", "right"]].set_visible(False)
