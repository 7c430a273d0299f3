"""Which works a model learns from, is chosen by, and is judged by: 80, 10 and 10 % of the notes, by whole families."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from training.families import families
from training.pieces import Piece

HELD = 0.1
"""The share of the notes held out for validation, and again for the test."""
TEST, VALID = "test", "valid"
PARTS = {TEST: "test", VALID: "validation"}
"""The parts of a split that are held out, and the words for them."""
SEED = 1
"""The split's own seed: models that differ in their training seed are judged on the same works."""


@dataclass(frozen=True, slots=True)
class Split:
    """Disjoint works; `test` is empty where there are too few families, and then `valid` must stand in for it."""

    train: tuple[Piece, ...]
    valid: tuple[Piece, ...]
    test: tuple[Piece, ...]
    families: int
    remark: str = ""
    """The remark that an unusual split needs."""

    @property
    def judged(self) -> tuple[Piece, ...]:
        """The works that the final figures are measured on."""
        return self.test or self.valid

    @property
    def judged_part(self) -> str:
        """The part that those are: TEST or VALID."""
        return TEST if self.test else VALID


def split(works: Sequence[Piece], seed: int = SEED) -> Split:
    """Split works by family, deterministically: the same works and seed give the same split, in any order of reading.

    A work's place depends on a digest of its name, so that adding a file moves few others.
    """
    return split_families([[works[index] for index in family] for family in families(works)], seed)


def split_families(grouped: list[list[Piece]], seed: int = SEED) -> Split:
    """Split works that are grouped already, so that no group is parted."""
    grouped = sorted(grouped, key=lambda family: _lot(seed, min(work.name for work in family)))
    if len(grouped) == 1:
        return _split_ends(grouped[0])
    test = _draw(grouped) if len(grouped) > 2 else []
    valid = _draw(grouped)
    remark = "" if test else "two families only: the held-out figures are those the checkpoint was chosen by"
    return Split(_flat(grouped), _flat(valid), _flat(test), len(grouped) + len(valid) + len(test), remark)


def some(works: Sequence[Piece], notes: int) -> tuple[Piece, ...]:
    """Draw some works, always the same, that hold about so many notes; all, if there are fewer."""
    drawn: list[Piece] = []
    for index in np.random.default_rng(SEED).permutation(len(works)).tolist():
        if _notes(drawn) < notes:
            drawn.append(works[index])
    return tuple(drawn)


def _lot(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()


def _notes(works: Sequence[Piece]) -> int:
    return sum(len(work) for work in works)


def _draw(grouped: list[list[Piece]]) -> list[list[Piece]]:
    """Take families out until about a tenth of the notes is drawn; one that would make it far more is passed over."""
    wanted = HELD * sum(_notes(family) for family in grouped)
    drawn: list[list[Piece]] = []
    got = 0
    for family in list(grouped):
        if got >= wanted:
            break
        if got + _notes(family) <= 1.5 * wanted:
            grouped.remove(family)
            drawn.append(family)
            got += _notes(family)
    if not drawn:
        smallest = min(grouped, key=_notes)
        grouped.remove(smallest)
        drawn.append(smallest)
    return drawn


def _flat(grouped: Sequence[Sequence[Piece]]) -> tuple[Piece, ...]:
    return tuple(sorted((work for family in grouped for work in family), key=lambda work: work.name))


def _split_ends(family: Sequence[Piece]) -> Split:
    """All works are of one family: hold out the last tenth of each, and say so."""
    heads: list[Piece] = []
    tails: list[Piece] = []
    for work in family:
        cut = len(work) - max(1, round(HELD * len(work)))
        if cut > 0:
            heads.append(work.cut(0, cut))
            tails.append(replace(work.cut(cut, len(work)), name=f"{work.name} (end)"))
        else:
            heads.append(work)
    remark = "all the music is one piece or variants of one: its last tenth is held out, so the figures flatter"
    if not tails:
        tails, remark = list(heads), "too little music to hold any out: the figures are of the music learned"
    return Split(tuple(heads), tuple(tails), (), 1, remark)
