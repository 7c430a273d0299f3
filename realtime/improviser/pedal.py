"""The human's sustain pedal, note by note: up, held, or pressed anew. Pure."""

from dataclasses import dataclass, field

from midi.touch import PEDAL_ANEW, PEDAL_HELD, PEDAL_UP


@dataclass(slots=True)
class HumanPedal:
    """Tells which class of `midi.touch` the pedal has at each note. Of a chord the first note takes the press."""

    _known: set[int] = field(default_factory=set)
    """The channels on which a pedal has been heard: on others there may be none."""
    _pressed: set[int] = field(default_factory=set)
    """The channels whose pedal went down since the note before."""

    def move(self, channel: int, *, is_pressed: bool) -> None:
        """The pedal moved; `is_pressed`: it was up, and is down."""
        self._known.add(channel)
        if is_pressed:
            self._pressed.add(channel)

    def at_note(self, channel: int, *, is_down: bool) -> int | None:
        """The pedal's class at a note that is struck now; None: no pedal was ever heard."""
        was_pressed = channel in self._pressed
        self._pressed.discard(channel)
        if channel not in self._known:
            return None
        if not is_down:
            return PEDAL_UP
        return PEDAL_ANEW if was_pressed else PEDAL_HELD
