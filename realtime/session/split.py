"""The split: keys from a pitch on that are the human's alone, and the engine is not told of. Pure."""

from dataclasses import dataclass, field

from realtime.messages import Played


@dataclass(slots=True)
class Split:
    """Keys that are down beyond the split; they come up unheard, wherever the split is by then."""

    _down: set[tuple[int, int]] = field(default_factory=set)

    def hears(self, played: Played, pitch: int | None) -> bool:
        """Whether a message counts, where the split is at `pitch` (None: nowhere)."""
        key = (played.status & 0x0F, played.data1)
        if played.is_note_on and pitch is not None and played.data1 >= pitch:
            self._down.add(key)
            return False
        if key in self._down and (played.is_note_on or played.is_note_off):
            self._down.discard(key)
            return played.is_note_on
        return True
