"""Notes that take their course unheard: the answer's while it is muted, the human's beyond the split. Pure.

Its rule: what did not sound owes no note-off, what sounds when it is muted ends then, a key comes up as it went down.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from realtime.messages import Played
from realtime.session.schedule import ANSWER_PEDAL, NO_NOTE, Outgoing


@dataclass(slots=True)
class Mute:
    """Between what is due and the port. Notes of the answer are known by their ids."""

    _silent: set[int] = field(default_factory=set)
    """Notes that take their course unheard."""
    _ending: set[int] = field(default_factory=set)
    """Notes that sound, and whose note-off goes now, before the course is run."""

    def end(self, note_offs: Iterable[Outgoing]) -> list[Outgoing]:
        """Mute what sounds: of its note-offs, those to send now; `heard` is to see them next."""
        ended = [message for message in note_offs if message.note_id not in self._silent]
        self._ending.update(message.note_id for message in ended)
        return ended

    def heard(self, messages: Iterable[Outgoing], *, is_muted: bool) -> tuple[list[Outgoing], list[Outgoing]]:
        """Part messages into those that go to the port, and those that nobody hears."""
        sounding: list[Outgoing] = []
        silent: list[Outgoing] = []
        for message in messages:
            (silent if self._is_silent(message, is_muted=is_muted) else sounding).append(message)
        return sounding, silent

    def _is_silent(self, message: Outgoing, *, is_muted: bool) -> bool:
        note_id = message.note_id
        if note_id in (NO_NOTE, ANSWER_PEDAL):
            return False
        if message.is_note_on:
            if is_muted:
                self._silent.add(note_id)
            return is_muted
        if note_id in self._ending:
            self._ending.discard(note_id)
            self._silent.add(note_id)
            return False
        is_silent = note_id in self._silent
        self._silent.discard(note_id)
        return is_silent


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
