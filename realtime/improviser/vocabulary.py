"""A model's vocabulary in a performance: how notes and tokens become each other. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from exported.card import SOUND, Card
from exported.heads import Floats
from exported.sampling import Constraint
from midi.drum_keys import KEYS
from midi.errors import ModelError
from midi.names import name_of, pitches_of
from midi.notes import ANSWER, PIANO, TICKS_PER_BEAT, Note
from midi.parts import Kind
from midi.tokens import END, PITCH, WAIT, WAIT_TICKS, Field, Place, Token, decode, encode, nearest

MOST_POLYPHONY = 16
Range = tuple[int, int]
"""The lowest and the highest pitch."""
PlaceOf = Callable[[int], Place]
"""From a tick of the performance to the contexts of a note there: its place in its bar, and perhaps the style."""
Unlearned = Callable[[], frozenset[str]]
"""Names of fields of touch."""


def all_learned() -> frozenset[str]:
    """No field is unknown, where nobody knows the style."""
    return frozenset()


KIT = np.isin(np.arange(PITCH.size), KEYS).astype(np.float32)
HALF_BEAT = TICKS_PER_BEAT // 2
"""The wait and the duration of everything such a model plays, in ticks: its vocabulary knows no time."""


@dataclass(frozen=True, slots=True)
class EventVocabulary:
    """The vocabulary of events: a token is a note, its wait what lies between its onset and the one before.

    `passing` stands in the memory for a note that takes no step, since the next joins it: no token that can be drawn.
    """

    inputs: tuple[Field, ...]
    fields: tuple[Field, ...]
    place_of: PlaceOf
    unlearned: Unlearned
    """Asked for each note: the fields of touch that are unknown in the style in force."""
    _wait: int
    """The column of the wait."""
    pitches: Floats | None = None
    """The pitches that it draws, as in `Constraint`: a drummer's are the keys of its kit."""
    passing: Token = ()

    @classmethod
    def of(cls, card: Card, place_of: PlaceOf, unlearned: Unlearned) -> "EventVocabulary":
        """The vocabulary of a model, in a performance whose bars are known by `place_of`."""
        wait = [field.name for field in card.fields].index(WAIT.name)
        pitches = KIT if card.kind is Kind.DRUMS else None
        return cls(card.inputs, card.fields, place_of, unlearned, wait, pitches)

    def joins(self, note: Note, before: Note) -> bool:  # noqa: ARG002 - each is a token of its own
        """Never: notes of a chord are tokens one after the other."""
        return False

    def encode(self, notes: Sequence[Note], previous_onset: int | None) -> Token:
        """The token by which the model takes in a note after one at `previous_onset` (None: it is the first)."""
        (note,) = notes
        token = encode(note, previous_onset, self.inputs, self.place_of(note.onset))
        unlearned = self.unlearned()
        if not unlearned:
            return token
        known = zip(self.inputs, token, strict=True)
        return tuple([field.unknown if field.name in unlearned else value for field, value in known])

    def decode(self, token: Token, previous_onset: int) -> list[Note]:
        """The note that a drawn token stands for, after one at `previous_onset`."""
        return [decode(token, self.fields, previous_onset)]

    def wait_ticks(self, token: Token) -> int | None:
        """The wait of a drawn note, in ticks; None: there is none, the music is over."""
        wait = token[self._wait]
        return None if wait == END else WAIT_TICKS[wait]

    def entering(
        self,
        onset: int,
        previous_onset: int | None,
        pitches: Range = PIANO,
        polyphony: int = MOST_POLYPHONY,  # noqa: ARG002 - notes come one by one: `earliest` keeps to it
    ) -> Constraint:
        """The limits of an answer's first note: at this onset, whatever the model thinks of that."""
        wait = 0 if previous_onset is None else nearest(WAIT_TICKS, onset - previous_onset)
        bar_place = self.place_of(onset)  # exact where the wait's class is not
        lowest, highest = pitches
        return Constraint(
            ANSWER,
            wait,
            lowest=lowest,
            highest=highest,
            pitches=self.pitches,
            place_after=lambda _: bar_place,
            unlearned=self.unlearned(),
        )

    def following(
        self,
        last: Note,
        pitches: Range = PIANO,
        polyphony: int = MOST_POLYPHONY,  # noqa: ARG002 - as above
        *,
        may_end: bool,
        is_ours: bool = True,
        earliest: int = 0,
    ) -> Constraint:
        """The limits of a later note.

        `pitches`: from and to; `is_ours`: not one of the human's; `earliest`: the id of the shortest wait.
        """
        lowest, highest = pitches
        return Constraint(
            ANSWER if is_ours else None,
            None,
            may_end,
            last.pitch,
            lowest,
            highest,
            self.pitches,
            place_after=lambda wait: self.place_of(last.onset + WAIT_TICKS[wait]),
            unlearned=self.unlearned(),
            earliest=earliest,
        )


@dataclass(frozen=True, slots=True)
class ChordVocabulary:
    """The vocabulary of names: a token is what sounds at one onset, be it one note or several."""

    played: tuple[tuple[int, ...], ...]
    """The pitches of each name, ascending, by its id."""
    ids: dict[str, int]
    passing: Token
    unknown: int
    _allowed: dict[tuple[Range, int], Floats] = field(default_factory=dict, compare=False)
    """The masks of names by range and polyphony."""

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

    def entering(
        self,
        onset: int,  # noqa: ARG002 - its tokens hold no time
        previous_onset: int | None,  # noqa: ARG002
        pitches: Range = PIANO,
        polyphony: int = MOST_POLYPHONY,
    ) -> Constraint:
        """The first note or chord of an answer."""
        return Constraint(sounds=self._within(pitches, polyphony))

    def following(
        self,
        last: Note,  # noqa: ARG002
        pitches: Range = PIANO,
        polyphony: int = MOST_POLYPHONY,
        *,
        may_end: bool,  # noqa: ARG002
        is_ours: bool = True,  # noqa: ARG002
        earliest: int = 0,  # noqa: ARG002
    ) -> Constraint:
        """A later note or chord of an answer."""
        return Constraint(sounds=self._within(pitches, polyphony))

    def _within(self, pitches: Range, polyphony: int) -> Floats:
        """A mask of the names within a range and of so many notes at most; where there is none, of the smallest."""
        mask = self._allowed.get((pitches, polyphony))
        if mask is None:
            lowest, highest = pitches
            fits = [lowest <= min(name) and max(name) <= highest and len(name) <= polyphony for name in self.played]
            fewest = min(map(len, self.played))
            mask = np.array(fits if any(fits) else [len(name) == fewest for name in self.played], np.float32)
            self._allowed[pitches, polyphony] = mask
        return mask


Vocabulary = EventVocabulary | ChordVocabulary
"""A vocabulary, in one performance. A token is one note, or several that join."""


def vocabulary_of(card: Card, place_of: PlaceOf, unlearned: Unlearned) -> Vocabulary:
    """A model's vocabulary, in a performance whose bars are known by `place_of`."""
    return ChordVocabulary.of(card) if SOUND in card.vocabulary else EventVocabulary.of(card, place_of, unlearned)
