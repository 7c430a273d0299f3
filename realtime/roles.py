"""The parts that can be played: their model, channel and hands, and what each takes in of the human. Both processes."""

from dataclasses import dataclass

from midi.drum_keys import stroke_of
from midi.notes import DRUM_CHANNEL, Note
from midi.parts import CHANNELS, MELODIC_CHANNELS, Kind, kind_of_channel
from realtime.settings import DRUMS, LEAD, Settings


@dataclass(frozen=True, slots=True)
class Role:
    """A part beside the others. Channels from 0; None: as the human plays."""

    kind: Kind
    model: str
    """The model that plays it unless another is asked for."""
    hears: tuple[int, ...]
    """The channels that count as the human's, unless others are asked for."""
    channel: int | None = None
    polyphony: int | None = None
    density: float = 1.0
    """The share of the human's density that it takes up: beside a pianist's half notes a drummer counts eighths."""
    velocity_spread: float | None = None
    """The standard deviation of its loudness, which is its instrument's own: of a drummer's strokes some are ghosts."""

    @property
    def is_drums(self) -> bool:
        """Whether it plays percussion: no pitch of the human's concerns it, and its bars are counted by itself."""
        return self.kind is Kind.DRUMS

    def joins(self, channel: int) -> bool:
        """Whether the human's notes on a channel are part of the music that its model continues."""
        return not self.is_drums or kind_of_channel(channel) is Kind.DRUMS

    def overhears(self, channel: int) -> bool:
        """Whether another part's notes on a channel are of its kind."""
        return kind_of_channel(channel) is self.kind

    def read(self, note: Note) -> Note | None:
        """A human note as its model takes it in; None: not at all."""
        return stroke_of(note) if self.is_drums else note


ROLES: dict[str, Role] = {
    LEAD: Role(Kind.MELODIC, "default", MELODIC_CHANNELS),
    DRUMS: Role(
        Kind.DRUMS, "drummer", tuple(range(CHANNELS)), DRUM_CHANNEL, polyphony=4, density=0.25, velocity_spread=35.0
    ),
}


def role_of(settings: Settings) -> Role:
    """The role of a part with these settings."""
    return ROLES[settings.part]
