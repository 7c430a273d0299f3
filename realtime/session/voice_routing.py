"""Routing of several musicians to their voices, by the port or the MIDI channel they play on. Pure; I/O process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from midi.errors import InputError
from midi.parts import MELODIC_CHANNELS
from realtime.messages import ParameterChange
from realtime.settings import LEAD, Settings

CHANNEL, PORT = "channel", "port"
CHANNELS = MELODIC_CHANNELS
"""Those of musicians, counted from 0; pads have no pitch to answer."""
MOST_VOICES = 64
COMMON = ("sync", "bpm", "meter", "quantum", "hear")
"""Parameters of the time that all keep, and of what is heard of all."""


@dataclass(frozen=True, slots=True)
class VoiceRouting:
    """The number of musicians, each with a voice that answers them.

    `by`: CHANNEL, each plays on a channel of their own, is answered on it, and all share the ports; or PORT, each has
    an input and an output.

    Raises:
        InputError: there are more musicians than channels, or than are allowed.
    """

    voices: int = 1
    by: str = CHANNEL

    def __post_init__(self) -> None:
        if not 1 <= self.voices <= MOST_VOICES:
            raise InputError(f"--voices {self.voices} is out of range: it takes 1 to {MOST_VOICES}")
        if self.by == CHANNEL and self.voices > len(CHANNELS):
            raise InputError(
                f"--voices {self.voices} are more than the {len(CHANNELS)} MIDI channels that are not for drums:"
                f" give each their own ports with --voices-by {PORT}"
            )

    @property
    def parts(self) -> int:
        """A voice is a part."""
        return self.voices

    @property
    def names(self) -> Sequence[str]:
        """None: voices have numbers."""
        return ()

    @property
    def ports(self) -> int:
        """The number of inputs, and of outputs."""
        return self.voices if self.by == PORT else 1

    def lines(self, settings: Sequence[Settings]) -> list[str]:  # noqa: ARG002 - a voice answers where it hears
        """Lines that tell several musicians how they are kept apart; none for one alone."""
        if self.voices == 1:
            return []
        if self.by == PORT:
            return [f"  {self.voices} voices, each with its own ports"]
        return [f"  {self.voices} voices, on channels {', '.join(str(one + 1) for one in CHANNELS[: self.voices])}"]

    def voice(self, place: int, channel: int) -> int | None:
        """The voice of a message, by the place of its input, from 0, and its channel, from 0; None: nobody's."""
        if self.voices == 1:
            return 0
        if self.by == PORT:
            return place if place < self.voices else 0  # a seed phrase comes after the ports
        voice = CHANNELS.index(channel) if channel in CHANNELS else self.voices
        return voice if voice < self.voices else None

    def owner(self, voice: int) -> int:
        """The one part that answers a musician."""
        return voice

    def listeners(self, voice: int, channel: int) -> Sequence[int]:  # noqa: ARG002 - it hears all that counts
        """The one part that answers a musician."""
        return (voice,)

    def overhearing(self, part: int) -> Sequence[int]:  # noqa: ARG002 - each musician is answered alone
        """None: musicians who share a machine need not play together."""
        return ()

    @property
    def is_by_channel(self) -> bool:
        """Whether several musicians are told apart by their channels."""
        return self.voices > 1 and self.by == CHANNEL

    def settings(self, asked: Settings) -> tuple[Settings, ...]:
        """Those of each musician: a random seed of their own and, by channel, answers on theirs.

        Raises:
            InputError: another channel is asked for, or another part.
        """
        if self.voices == 1:
            return (asked,)
        if asked.part != LEAD:
            raise InputError(f"--part {asked.part} plays with one musician: leave out --voices")
        if self.is_by_channel and asked.channel is not None:
            raise InputError(self._one_channel())
        return tuple(
            replace(
                asked,
                rng_seed=(asked.seed + voice) % 2**63,
                channel=CHANNELS[voice] + 1 if self.by == CHANNEL else asked.channel,
            )
            for voice in range(self.voices)
        )

    def changes(self, change: ParameterChange) -> Mapping[int, ParameterChange]:
        """The same change for each voice that it concerns."""
        return dict.fromkeys(self.changing(change.name, change.part), change)

    def changing(self, name: str, part: int | None = None) -> Sequence[int]:
        """The voices, from 0, for which a parameter is to change while playing; `part`, from 0: for that one only.

        Raises:
            InputError: there is no such voice, all keep this parameter in common, or each has their own channel.
        """
        if self.is_by_channel and name == "channel":
            raise InputError(self._one_channel())
        if part is None:
            return range(self.voices)
        if not 0 <= part < self.voices:
            raise InputError(f"there is no voice {part + 1}: they are numbered from 1 to {self.voices}")
        if self.voices > 1 and name in COMMON:
            raise InputError(f"{name} is the same for all voices: leave out the number")
        return (part,)

    def _one_channel(self) -> str:
        return "channel cannot be set: each of several voices answers on the channel that its musician plays on"
