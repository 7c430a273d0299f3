"""The three ways to play together: their claims on the plan, on what sounds, and on the human. Both processes."""

from dataclasses import dataclass

from midi.nanoseconds import NS_PER_MS
from realtime.settings import ACCOMPANY, REPLY, SOLO

KEEP_NS = 30 * NS_PER_MS
"""A human note leaves standing what is due within this time of it: that was meant for the same moment."""


@dataclass(frozen=True, slots=True)
class Mode:
    """A way to play together, beside the others."""

    takes_turns: bool
    """It answers when a phrase is over, and the human's next note silences it; else a note makes it plan anew."""
    predicts_human: bool = False
    """The human's next notes are planned with its own, and left to the human."""
    ends_with_human: bool = False
    """It goes on for a while after the human's last note, and while a key is down; `bars` does not count."""
    begins_alone: bool = False
    """It needs nobody to begin."""


MODES: dict[str, Mode] = {
    REPLY: Mode(takes_turns=True),
    ACCOMPANY: Mode(takes_turns=False, predicts_human=True, ends_with_human=True),
    SOLO: Mode(takes_turns=False, begins_alone=True),
}
