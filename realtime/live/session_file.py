"""The session as a MIDI file: every note as it was played, not on the model's grid."""

from collections.abc import Sequence
from pathlib import Path

from midi.files import write_midi
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import Note
from midi.piece import Control
from realtime.session.recorder import Recorder

RESOLUTION = 480
"""Ticks to the quarter note."""
HUMAN, ANSWER = "Human", "Antiphon"


def save_session(path: Path, recorders: Sequence[Recorder], bpm: float, now_ns: int, text: str = "") -> None:
    """Write a session as a MIDI file of two tracks for each musician, theirs and the answers'; it begins with a note.

    `text`: what made it, for people.

    Raises:
        InputError: the file cannot be written there.
    """
    begins = [recorder.begin_ns for recorder in recorders]
    begin_ns = min((begin for begin in begins if begin is not None), default=0)
    ns_per_tick = NS_PER_MINUTE / (bpm * RESOLUTION)
    tracks: list[tuple[str, list[Note]]] = []
    controls: dict[str, list[Control]] = {}
    for number, recorder in enumerate(recorders, 1):
        for name, human in ((HUMAN, True), (ANSWER, False)):
            whose = name if len(recorders) == 1 else f"{name} {number}"
            notes = recorder.notes(human=human, begin_ns=begin_ns, end_ns=now_ns, ns_per_tick=ns_per_tick)
            tracks.append((whose, notes))
            if human:
                controls[whose] = recorder.controls(begin_ns, ns_per_tick)
    write_midi(path, tracks, bpm, RESOLUTION, text, controls)
