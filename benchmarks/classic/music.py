"""The music of the comparison: names and their ids, split by piece."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from midi.names import name_of, pitches_of
from midi.tokens import PITCH, Field
from training.batches import TRITONE
from training.classic import reading
from training.pieces import Ints, Piece
from training.split import split


@dataclass(frozen=True, slots=True)
class Music:
    """Names and their ids, split by piece; the vocabulary is all the names there are.

    `every_key`: the pieces to learn from, in all twelve keys.
    """

    names: tuple[str, ...]
    train: list[Ints]
    valid: list[Ints]
    judged: list[Ints]
    every_key: list[Ints]

    @property
    def field(self) -> Field:
        """The one field of its models."""
        return reading.sound_field(self.names)

    @property
    def judged_names(self) -> int:
        """The names that it is judged by, counted."""
        return sum(map(len, self.judged))


def parted(works: Sequence[Piece]) -> Music:
    """Split as every training splits: by families, 80, 10 and 10 %."""
    parts = split(works)
    return _music(*([reading.sounds(work) for work in some] for some in (parts.train, parts.valid, parts.judged)))


def turns(works: Sequence[Piece]) -> Iterator[Music]:
    """Each piece is judged in its turn, the one after it chooses, and all the others are learned from."""
    pieces = [reading.sounds(work) for work in works]
    for turn in range(len(pieces)):
        judged, valid, *learned = pieces[turn:] + pieces[:turn]
        yield _music(learned, [valid], [judged])


def _music(learned: list[list[str]], valid: list[list[str]], judged: list[list[str]]) -> Music:
    names = reading.vocabulary([*learned, *valid, *judged])
    keys = range(1 - TRITONE, TRITONE + 1)
    moved = [[transposed(name, by) for name in piece] for piece in learned for by in keys]
    ids = ([reading.ids(piece, names) for piece in pieces] for pieces in (learned, valid, judged, moved))
    return Music(names, *ids)


def transposed(name: str, semitones: int) -> str | None:
    """The name of the same music so many semitones higher; None: it would leave the keyboard."""
    pitches = [pitch + semitones for pitch in pitches_of(name)]
    return name_of(pitches) if all(0 <= pitch < PITCH.size for pitch in pitches) else None
