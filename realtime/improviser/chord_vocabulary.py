"""The classic vocabulary in a performance: a token names what sounds together, half a beat long. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from exported.card import SOUND, Card
from exported.sampling import Constraint
from midi.errors import ModelError
from midi.names import name_of, pitches_of
from midi.notes import TICKS_PER_BEAT, Note
from midi.tokens import Token

HALF_BEAT = TICKS_PER_BEAT // 2
"""The wait and the duration of everything such a model plays, in ticks: its vocabulary knows no time."""


@dataclass(frozen=True, slots=True)
class ChordVocabulary:
    """The vocabulary of names: a token is what sounds at one onset, be it one note or several."""

    played: tuple[tuple[int, ...], ...]
    """The pitches of each name, ascending, by its id."""
    ids: dict[str, int]
    passing: Token
    unknown: int

    @classmethod
    def of(cls, card: Card) -> "ChordVocabulary":
        """The vocabulary of a model.

        Raises:
            ModelError: its card holds a name that is none.
        """
        try:
            played = tuple(pitches_of(name) for name in card.sounds)
        except ValueError as error:
            raise ModelError(f"the card of {card.name} names a {SOUND} that is none: {error}") from None
        unknown = card.fields[0].unknown
        return cls(played, {name: index for index, name in enumerate(card.sounds)}, (unknown,), unknown)

    def joins(self, note: Note, before: Note) -> bool:
        """Whether a note is one token together with the note before it."""
        return note.onset == before.onset

    def encode(self, notes: Sequence[Note], previous_onset: int | None) -> Token:  # noqa: ARG002 - its tokens hold no time
        """The token by which the model takes in notes of one onset; UNKNOWN if it has no name for them."""
        return (self.ids.get(name_of(note.pitch for note in notes), self.unknown),)

    def decode(self, token: Token, previous_onset: int) -> list[Note]:
        """The notes that a drawn token stands for, after one at `previous_onset`."""
        return [Note(previous_onset + HALF_BEAT, HALF_BEAT, pitch) for pitch in self.played[token[0]]]

    def wait_ticks(self, token: Token) -> int | None:  # noqa: ARG002 - its tokens hold no time
        """The wait of a drawn token, in ticks; such music is never over."""
        return HALF_BEAT

    def entering(self, onset: int, previous_onset: int | None) -> Constraint:  # noqa: ARG002 - its tokens hold no time
        """The first note of an answer."""
        return Constraint()

    def following(self, last: Note, *, may_end: bool, is_ours: bool = True, earliest: int = 0) -> Constraint:  # noqa: ARG002
        """A later note of an answer: no name is out of place."""
        return Constraint()
