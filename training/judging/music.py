"""The pieces a model is judged on: its own split, made again from the music and compared with what its card says."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from exported.card import Card
from midi.errors import InputError
from training.corpus import DEFAULT, Corpus, read_folder, read_named
from training.split import some, split
from training.works import Work

TEST, VALID = "test", "valid"
PARTS = (TEST, VALID)
IN_WORDS = {TEST: "test", VALID: "validation"}


@dataclass(frozen=True, slots=True)
class Judged:
    """`learned`: what the model learned from; `works`: what it is judged on; `part`: TEST or VALID."""

    learned: tuple[Work, ...]
    works: tuple[Work, ...]
    part: str
    remark: str = ""
    """What must be known of an unusual split, or of a sample."""

    @property
    def notes(self) -> int:
        """How many there are to foretell."""
        return sum(map(len, self.works))

    def sampled(self, notes: int) -> "Judged":
        """The same few works by chance that hold about so many notes; all of them if there are no more."""
        works = tuple(sorted(some(self.works, notes), key=lambda work: work.name))
        if len(works) == len(self.works):
            return self
        remark = f"a sample of {len(works):,} of {len(self.works):,} works: the figures are rough"
        return Judged(self.learned, works, self.part, "; ".join(filter(None, (self.remark, remark))))


def judged(card: Card, data: Path | None, part: str) -> Judged:
    """Read the music that a model learned from, and split it as it was split for the training.

    Raises:
        InputError: the music is not told, not given, or not what the model learned from.
    """
    corpus = _read(card, data)
    _check(card, corpus)
    parts = split(corpus.works)
    if part == TEST and parts.test:
        return Judged(parts.train, parts.test, TEST, parts.remark)
    return Judged(parts.train, parts.valid, VALID, parts.remark)


def collections(works: Sequence[Work]) -> list[str]:
    """Their names in order; nothing where all works are of one."""
    names = sorted({work.collection for work in works})
    return names if len(names) > 1 else []


def _read(card: Card, data: Path | None) -> Corpus:
    if data is not None:
        return read_folder(data)
    name = card.corpus.get("name")
    if name == DEFAULT:
        return read_named(DEFAULT)
    told = f"{name!r}" if name else "music that its card does not name"
    raise InputError(f"{card.name} learned from {told}: give the folder of that music with --data DIR")


def _check(card: Card, corpus: Corpus) -> None:
    digest = card.corpus.get("digest")
    if corpus.digest != digest:
        raise InputError(
            f"{corpus.name} is not the music that {card.name} learned from, so what it has seen of it is not known: "
            f"the digest here is {corpus.digest[:16]}, in the card {str(digest)[:16]} "
            f"({len(corpus.works):,} works here, {card.corpus.get('works', 'an unknown number of')} there)"
        )
