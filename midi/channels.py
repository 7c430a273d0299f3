"""Sets of MIDI channels as people write them: `1-9,11`. Channels are counted from 1 in text, from 0 in code. Pure."""

import re

from midi.parts import CHANNELS

_RANGE = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")


def channels_of(text: str) -> frozenset[int]:
    """Read a set of channels.

    Raises:
        ValueError: this is none, or a channel is not one of 1 to 16.
    """
    channels: set[int] = set()
    for part in text.split(","):
        written = _RANGE.fullmatch(part.strip())
        if written is None:
            raise ValueError(f"{text!r} is no set of MIDI channels")
        first = int(written[1])
        last = int(written[2] or first)
        if not 1 <= first <= last <= CHANNELS:
            raise ValueError(f"{text!r} is no set of MIDI channels")
        channels.update(range(first - 1, last))
    return frozenset(channels)


def channels_text(channels: frozenset[int]) -> str:
    """Write a set of channels, as shortly as it can be said."""
    runs: list[list[int]] = []
    for channel in sorted(channels):
        if runs and runs[-1][-1] == channel - 1:
            runs[-1].append(channel)
        else:
            runs.append([channel])
    return ",".join(str(run[0] + 1) if len(run) == 1 else f"{run[0] + 1}-{run[-1] + 1}" for run in runs)
