"""Works to names: everything that sounds at one onset is one name, whatever part it stands in.

The music is what `training.corpus` reads, of every part and voice (the tutorials' first instrument part is empty in
one file of five), put on the grid that music21 puts MIDI on; so the names are those that music21's own reading gives,
where that keeps time (docs/training.md).
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np

from exported.card import SOUND
from midi.names import name_of
from midi.notes import TICKS_PER_BEAT
from midi.tokens import Field
from training.encoding import EncodedPiece
from training.pieces import Ints, Piece

DIVISIONS = (4, 3)
"""music21's default grid: an onset is moved to the nearest quarter or third of a quarter note (its `quantize`)."""


def sounds(work: Piece) -> list[str]:
    """The names of a work, one an onset."""
    onsets = on_grid(work.notes[:, 0])
    order = np.argsort(onsets, kind="stable")
    rows = zip(onsets[order].tolist(), work.notes[order, 2].tolist(), strict=True)
    return [name_of(pitch for _, pitch in struck) for _, struck in groupby(rows, key=lambda row: row[0])]


def on_grid(onsets: Ints) -> Ints:
    """Onsets [N] in ticks, moved to the nearest place on music21's grid (of two as near, on the finer one's)."""
    steps = np.array([TICKS_PER_BEAT // parts for parts in DIVISIONS], np.int32)
    places = np.round(onsets[:, None] / steps).astype(np.int32) * steps
    nearest = np.abs(places - onsets[:, None]).argmin(axis=1)
    moved: Ints = places[np.arange(len(onsets)), nearest]
    return moved


def vocabulary(pieces: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """All names there are, sorted, as the tutorials number them."""
    return tuple(sorted({name for piece in pieces for name in piece}))


def sound_field(names: Sequence[str]) -> Field:
    """The one field of a model of these names."""
    return Field(SOUND, len(names))


def ids(piece: Sequence[str | None], names: Sequence[str]) -> Ints:
    """Ids [N, 1] of a piece; UNKNOWN for what is not in the vocabulary."""
    known: dict[str | None, int] = {name: index for index, name in enumerate(names)}
    unknown = sound_field(names).unknown
    return np.array([known.get(name, unknown) for name in piece], np.int32).reshape(-1, 1)


def as_piece(tokens: Ints) -> EncodedPiece:
    """Such ids as a piece to learn: all of it is one part."""
    return EncodedPiece(tokens, np.zeros(len(tokens), np.int32))
