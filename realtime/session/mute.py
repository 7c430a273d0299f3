"""The answer muted: its notes take their course, and do not sound. Pure.

Its one rule: what did not sound owes no note-off, and what sounds when it is muted ends then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from realtime.session.schedule import NO_NOTE, Outgoing


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
        if note_id == NO_NOTE:
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
