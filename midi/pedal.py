"""Keys and pedals: which notes sound, and which event ends each. Pure; the live tracker and the file reader share it.

A note ends when its key comes up, unless a pedal holds it; then when the pedal comes up. A key that is struck again
ends what it sounded before. Time stays with the caller: what a call returns ends at the moment of that event.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

SUSTAIN = 64
SOSTENUTO = 66
ALL_SOUND_OFF = 120
RESET_ALL_CONTROLLERS = 121
ALL_NOTES_OFF = 123
LAST_MODE_MESSAGE = 127
"""124 to 127, omni and poly modes, each end notes as ALL_NOTES_OFF does (MIDI 1.0, Channel Mode Messages)."""
CONTROLLERS = frozenset({SUSTAIN, SOSTENUTO, ALL_SOUND_OFF, RESET_ALL_CONTROLLERS, *range(ALL_NOTES_OFF, 128)})
"""The controllers that can end a note or hold one; all others change nothing here."""
PEDAL_DOWN = 64
"""The least value of a pedal that is down (MIDI 1.0, Table III: 0 to 63 off, 64 to 127 on); half-pedals cross it."""

NoteT = TypeVar("NoteT")


class PedalMove(NamedTuple):
    """A sustain pedal that comes down, or up. `at` in the units of whoever holds it."""

    at: float
    channel: int
    is_down: bool


@dataclass(slots=True)
class _Sound(Generic[NoteT]):
    """A note that sounds, whether its key is down, and whether the sostenuto pedal caught that key down."""

    note: NoteT
    is_pressed: bool = True
    is_caught: bool = False


@dataclass(slots=True)
class SoundingNotes(Generic[NoteT]):
    """The notes that sound, by channel and pitch. The caller chooses what stands for a note.

    Channels are 0 to 15, pitches, controller numbers and values 0 to 127. Every call that ends notes returns them in
    the order in which they were struck.
    """

    _sounds: dict[tuple[int, int], _Sound[NoteT]] = field(default_factory=dict)
    _down: set[tuple[int, int]] = field(default_factory=set)
    """The pedals that are down, by channel and controller number."""

    def press(self, channel: int, pitch: int, note: NoteT) -> list[NoteT]:
        """Strike a key; returns the note that it sounded before, if it did."""
        earlier = self._sounds.pop((channel, pitch), None)
        self._sounds[channel, pitch] = _Sound(note)
        return [] if earlier is None else [earlier.note]

    def release(self, channel: int, pitch: int) -> list[NoteT]:
        """Let a key go; returns its note, or nothing if a pedal holds it or the key was not down."""
        sound = self._sounds.get((channel, pitch))
        if sound is None or not sound.is_pressed:
            return []
        sound.is_pressed = False
        if self._is_held(channel, sound):
            return []
        del self._sounds[channel, pitch]
        return [sound.note]

    def control(self, channel: int, number: int, value: int) -> list[NoteT]:
        """Take a controller: sustain, sostenuto, or a mode message that ends notes; others end nothing.

        All Notes Off lets every key of the channel go, and what a pedal holds sounds on; All Sound Off ends all of it.
        Reset All Controllers brings the pedals up (MMA RP-015).
        """
        if number in (SUSTAIN, SOSTENUTO):
            return self._move(channel, number, value)
        if number == ALL_SOUND_OFF:
            return self._end(channel, lambda _: True)
        if number == RESET_ALL_CONTROLLERS:
            return [*self._move(channel, SUSTAIN, 0), *self._move(channel, SOSTENUTO, 0)]
        if ALL_NOTES_OFF <= number <= LAST_MODE_MESSAGE:
            for sound in self._of(channel):
                sound.is_pressed = False
            return self._end_unheld(channel)
        return []

    def end_all(self) -> list[NoteT]:
        """End every note, pressed or held: a cable was pulled, or the file is over. Pedals stay as they are."""
        notes = [sound.note for sound in self._sounds.values()]
        self._sounds.clear()
        return notes

    def is_pressed(self, channel: int, pitch: int) -> bool:
        """Whether a key is down."""
        sound = self._sounds.get((channel, pitch))
        return sound is not None and sound.is_pressed

    @property
    def pressed(self) -> list[NoteT]:
        """The notes whose keys are down."""
        return [sound.note for sound in self._sounds.values() if sound.is_pressed]

    @property
    def held(self) -> list[NoteT]:
        """The notes that a pedal alone holds: their keys are up."""
        return [sound.note for sound in self._sounds.values() if not sound.is_pressed]

    def is_sustained(self, channel: int) -> bool:
        """Whether the channel's sustain pedal is down."""
        return (channel, SUSTAIN) in self._down

    def _move(self, channel: int, pedal: int, value: int) -> list[NoteT]:
        """Move a pedal; half-pedals send many values, of which only one that crosses PEDAL_DOWN counts."""
        was_down, is_down = (channel, pedal) in self._down, value >= PEDAL_DOWN
        if was_down == is_down:
            return []
        (self._down.add if is_down else self._down.discard)((channel, pedal))
        if pedal == SOSTENUTO:
            for sound in self._of(channel):
                sound.is_caught = is_down and sound.is_pressed
        return self._end_unheld(channel)

    def _of(self, channel: int) -> Iterator[_Sound[NoteT]]:
        return (sound for (of, _), sound in self._sounds.items() if of == channel)

    def _is_held(self, channel: int, sound: _Sound[NoteT]) -> bool:
        return sound.is_pressed or sound.is_caught or self.is_sustained(channel)

    def _end_unheld(self, channel: int) -> list[NoteT]:
        return self._end(channel, lambda sound: not self._is_held(channel, sound))

    def _end(self, channel: int, is_over: Callable[[_Sound[NoteT]], bool]) -> list[NoteT]:
        ended = [key for key, sound in self._sounds.items() if key[0] == channel and is_over(sound)]
        return [self._sounds.pop(key).note for key in ended]
