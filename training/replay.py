"""Learning something new while rehearsing what is known: of every batch, some streams carry the one, some the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from midi.tokens import Field
from training.batches import Batch, Streams
from training.encoding import EncodedPiece


@dataclass(frozen=True, slots=True)
class Replay:
    """Pieces to rehearse, and the share of every batch that is theirs, 0 to 1."""

    pieces: Sequence[EncodedPiece]
    share: float


class ReplayStreams:
    """Two `Streams` as one: the upper rows of each batch are new, the others known."""

    def __init__(
        self,
        pieces: Sequence[EncodedPiece],
        known: Replay,
        fields: Sequence[Field],
        given: Sequence[Field],
        streams: int,
        chunk: int,
        rng: np.random.Generator,
    ) -> None:
        """`streams` are at least two; each kind has one or more."""
        theirs = min(streams - 1, max(1, round(known.share * streams)))
        self._all, self._own = streams, streams - theirs
        self._parts = {
            "new": Streams(pieces, fields, given, self._own, chunk, rng),
            "known": Streams(known.pieces, fields, given, theirs, chunk, rng),
        }

    @property
    def notes(self) -> int:
        """The number of notes, replayed ones too, in one pass through the new pieces."""
        return round(self._parts["new"].notes * self._all / self._own)

    def next(self) -> Batch:
        """The next chunk of every stream."""
        return Batch(*map(np.concatenate, zip(*(part.next() for part in self._parts.values()), strict=True)))

    def snapshot(self) -> dict[str, npt.NDArray[np.generic]]:
        """Keep what `restore` needs of both; not the rng."""
        return {f"{name}/{key}": kept for name, part in self._parts.items() for key, kept in part.snapshot().items()}

    def restore(self, kept: dict[str, npt.NDArray[np.generic]]) -> None:
        """Go on where a snapshot was taken."""
        for name, part in self._parts.items():
            prefix = f"{name}/"
            part.restore({key.removeprefix(prefix): kept[key] for key in kept if key.startswith(prefix)})
