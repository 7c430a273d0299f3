"""A note, in musical time. Core: imports nothing of ours and touches no device.

A tick is a MIDI clock pulse: 24 to the quarter note. Everything the model sees is an integer number of ticks.
"""

from collections.abc import Iterable
from dataclasses import dataclass

TICKS_PER_BEAT = 24
"""MIDI clock pulses in a quarter note (MIDI 1.0 specification, System Real Time: Timing Clock)."""

HUMAN = 0
ANSWER = 1
"""A note's voice: the human's, or our answer's."""

DEFAULT_VELOCITY = 80
"""The velocity of a note where nobody says how loud it is."""

PIANO = 21, 108
"""The lowest and the highest key of a piano."""
DRUM_CHANNEL = 9
"""General MIDI's percussion channel, counted from 0: its pitches are instruments, not pitches."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note. `onset` and `duration` in ticks, `pitch` 0 to 127, `channel` 0 to 15.

    `duration` is None while the key is still down; `velocity` (1 to 127) is None where the source has no dynamics;
    `voice` says whose it is: the HUMAN's or the ANSWER's. `deviation_ms` is how long after its tick it is struck
    (before: below 0), and `pedal` a class of `midi.touch`; each is None where nobody knows.
    """

    onset: int
    duration: int | None
    pitch: int
    velocity: int | None = None
    channel: int = 0
    voice: int = ANSWER
    deviation_ms: int | None = None
    pedal: int | None = None

    @property
    def end(self) -> int:
        """The tick of the note-off; for a note still down, its onset."""
        return self.onset + (self.duration or 0)


def canonical(notes: Iterable[Note]) -> list[Note]:
    """Notes in the one order the model knows: by onset, then pitch; of two on one key at one onset, the longer.

    Unisons between voices are one key on a keyboard, so they are one note here.
    """
    keys: dict[tuple[int, int], Note] = {}
    for note in notes:
        same = keys.get((note.onset, note.pitch))
        if same is None or (note.duration or 0) > (same.duration or 0):
            keys[note.onset, note.pitch] = note
    return [keys[key] for key in sorted(keys)]
