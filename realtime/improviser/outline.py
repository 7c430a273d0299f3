"""The outline of a plan: where it begins and ends, and how its notes are drawn and played. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from exported.sampling import Bias, SamplingOptions
from midi.notes import PIANO, TICKS_PER_BEAT, Note
from realtime.improviser.biases import Biases
from realtime.improviser.fills import Fills
from realtime.improviser.grid import TICKS_PER_BAR
from realtime.improviser.vocabulary import MOST_POLYPHONY

TAIL_TICKS = TICKS_PER_BAR
"""The last notes may ring on so long past the plan's end."""
REST_TICKS = 2 * TICKS_PER_BEAT
"""A rest this long, once half of an answer has been played, is its end: the phrase is complete."""

VelocityAt = Callable[[int, int, int | None], int]
"""From a note's tick, its pitch and the velocity that the model drew, if any, to the velocity it is played with."""
LoudnessOf = Callable[[int], int]
"""From a note's velocity, as its model hears it, to the one that it sounds with."""
DeviationOf = Callable[[int], int]
"""From the deviation that the model drew to the one that is played, in ms after the tick."""


def as_drawn(drawn: int) -> int:
    """The deviation that the model drew, unchanged."""
    return drawn


@dataclass(slots=True)
class Outline:
    """Asks a plan for notes from tick `begin` to before `end` (None: it goes on). May change while the plan goes on."""

    options: SamplingOptions
    begin: int
    end: int | None
    channel: int
    velocity_at: VelocityAt
    may_end: bool = True
    """The model may say that the music is over before `end`."""
    predicts_human: bool = False
    """The human's next notes are planned with our own."""
    biases: Biases | None = None
    polyphony: int = MOST_POLYPHONY
    """The most notes of our own that sound at once."""
    pitches: tuple[int, int] = PIANO
    """The lowest and the highest note of our own."""
    beat_origin: int | None = None
    """The tick of any beat; None: `begin` is one."""
    loudness_of: LoudnessOf = as_drawn
    fills: Fills | None = None
    """A drummer's fills; None: none are played."""
    deviation_of: DeviationOf = as_drawn

    def bias_after(self, last: Note | None, sizes: tuple[int, int]) -> Bias | None:
        """The bias of the draw after a note; `sizes`: by voice, how many notes are struck at its onset so far."""
        bias = None if self.biases is None else self._human_bias(self.biases, last, sizes)
        return bias if self.fills is None or last is None else self.fills.onto(bias, last)

    def _human_bias(self, biases: Biases, last: Note | None, sizes: tuple[int, int]) -> Bias:
        if last is None:
            return biases.after(None, 0)
        origin = self.begin if self.beat_origin is None else self.beat_origin
        return biases.after(last, (last.onset - origin) % TICKS_PER_BEAT, sizes)

    def is_half_over(self, onset: int) -> bool:
        """Whether a note begins in the second half."""
        return self.end is not None and onset - self.begin >= (self.end - self.begin) // 2

    def is_over(self, previous: int, wait: int) -> bool:
        """Whether the plan ends before a note so long after the onset before: at its end, or with a rest near it."""
        if self.end is None:
            return False
        rests = self.may_end and wait >= REST_TICKS and self.is_half_over(previous)
        return rests or previous + wait >= self.end

    def as_played(self, note: Note, onset: int) -> Note:
        """A drawn note as it is to be played: at this onset, cut by the plan's end, with its channel and velocity.

        Its pedal stays as drawn.
        """
        duration = note.duration or 1
        if self.end is not None:
            duration = max(1, min(duration, self.end + TAIL_TICKS - onset))
        velocity = self.velocity_at(onset, note.pitch, note.velocity)
        deviation = None if note.deviation_ms is None else self.deviation_of(note.deviation_ms)
        return Note(onset, duration, note.pitch, velocity, self.channel, note.voice, deviation, note.pedal)
