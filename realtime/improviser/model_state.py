"""What a model knows after a note, and the step that leads there. Engine process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from exported.heads import Floats
from midi.notes import Note
from midi.tokens import Token


class ModelState(NamedTuple):
    """What the model knows after a note. `state` (S,), `key` (K,) of length 1, `hidden`: a row (D,) for each field.

    All of them are parts of one `row`, which is kept by one copy.
    """

    row: Floats
    state: Floats
    key: Floats
    hidden: tuple[Floats, ...]


class KnownState(NamedTuple):
    """A note that has been stepped over, and the moment after it."""

    note: Note
    moment: ModelState


class Step(NamedTuple):
    """A step that somebody waits for: a note's token, the state (S,) before it, and who keeps the moment after it."""

    token: Token
    state: Floats
    keep: Callable[[ModelState], None]


@dataclass(frozen=True, slots=True)
class StateLayout:
    """Where a moment's parts stand in its row: the state, the key, and a hidden row for each field."""

    parts: tuple[slice, ...]

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "StateLayout":
        """Parts of these sizes, one after the other."""
        return cls(tuple(slice(end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True)))

    @property
    def width(self) -> int:
        """Of a row."""
        return int(self.parts[-1].stop)

    def moment(self, row: Floats) -> ModelState:
        """The moment that a row holds; its arrays are the row's own."""
        state, key, *hidden = [row[part] for part in self.parts]
        return ModelState(row, state, key, tuple(hidden))
