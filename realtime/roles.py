"""The parts that can be played: their model, channel and hands, and what each takes in of the human. Both processes."""

from dataclasses import dataclass

from midi.drum_keys import stroke_of
from midi.notes import DRUM_CHANNEL, PIANO, Note
from midi.parts import CHANNELS, MELODIC_CHANNELS, Kind, kind_of_channel
from realtime.settings import BASS, COMP, DRUMS, LEAD, Settings

E1, C3, G3, G5 = 28, 48, 55, 79
ACOUSTIC_BASS = 32


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
    usual_velocity: float | None = None
    """The mean loudness of what its model learned from: its notes sound as loud in the mean as the human's, and its
    model hears them as it drew them. None: its model hears the human's loudness."""
    lowest: int | None = None
    highest: int | None = None
    style: str | None = None
    """The style of a model that has learned several."""
    stacks: tuple[int, ...] = ()
    """The sizes of its chords; none: as the human's."""
    program: int = 0
    """The sound of its track in a file (General MIDI, from 0)."""
    replies: bool = False
    """It may take turns with the human; one that does not plays along while others do."""

    @property
    def has_range(self) -> bool:
        """Whether it has a register of its own, and leaves the human's to the human."""
        return self.lowest is not None

    def sets(self, name: str) -> bool:
        """Whether it has a value of its own for a parameter."""
        return name in OWN and getattr(self, name) is not None

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


OWN = ("channel", "polyphony", "lowest", "highest", "style")
"""The parameters for which a role may have a value of its own."""

ROLES: dict[str, Role] = {
    LEAD: Role(Kind.MELODIC, "default", MELODIC_CHANNELS, replies=True),
    BASS: Role(
        Kind.MELODIC,
        "styles",
        MELODIC_CHANNELS,
        channel=1,
        polyphony=1,
        lowest=E1,
        highest=G3,
        style="bass",
        program=ACOUSTIC_BASS,
    ),
    COMP: Role(
        Kind.MELODIC,
        "styles",
        MELODIC_CHANNELS,
        channel=2,
        polyphony=4,
        lowest=C3,
        highest=G5,
        style="song",
        stacks=(3, 4),
    ),
    DRUMS: Role(
        Kind.DRUMS,
        "drummer",
        tuple(range(CHANNELS)),
        DRUM_CHANNEL,
        polyphony=4,
        density=0.25,
        usual_velocity=68.0,
        replies=True,
    ),
}
"""In the order in which parts are numbered: the first of those that play leads."""
LEADER = 0
"""Its number: its musician may set the time, and the count-in is heard at its output."""


def role_of(settings: Settings) -> Role:
    """The role of a part with these settings."""
    return ROLES[settings.part]


def channel_of(settings: Settings) -> int | None:
    """The channel of a part, from 0: the one asked for, else its role's; None: the one that the human plays on."""
    return role_of(settings).channel if settings.channel is None else settings.channel - 1


def range_of(settings: Settings) -> tuple[int, int]:
    """The lowest and the highest note of a part: those asked for, else its role's, else a piano's."""
    role = role_of(settings)
    lowest, highest = (
        next(pitch for pitch in pitches if pitch is not None)
        for pitches in ((settings.lowest, role.lowest, PIANO[0]), (settings.highest, role.highest, PIANO[1]))
    )
    return min(lowest, highest), highest


def style_of(settings: Settings) -> str | None:
    """The style that a part plays in: the one asked for, else its role's; None: the one heard."""
    return role_of(settings).style if settings.style is None else settings.style
