"""The state of a model after a note, and the step that leads there. numpy only."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from exported.heads import Floats
from midi.tokens import Token


class ModelState(NamedTuple):
    """The state of a model after a note.

    `state` (S,): recurrent; `key` (K,): of length 1, compared by imitation; `hidden`: a row (D,) for each field.
    All of them are views of one `row`, which is kept by one copy.
    """

    row: Floats
    state: Floats
    key: Floats
    hidden: tuple[Floats, ...]


class Step(NamedTuple):
    """A step to be taken: a note's token, the recurrent state (S,) before it, and who keeps the state after it."""

    token: Token
    before: Floats
    keep: Callable[[ModelState], None]


@dataclass(frozen=True, slots=True)
class StateLayout:
    """The places of a state's parts in its row: recurrent state, key, and a hidden row for each field."""

    parts: tuple[slice, ...]

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "StateLayout":
        """Parts of these sizes, one after the other."""
        return cls(tuple(slice(end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True)))

    @property
    def width(self) -> int:
        """The length of a row."""
        return int(self.parts[-1].stop)

    def state_in(self, row: Floats) -> ModelState:
        """The state that a row holds; its arrays are views of the row."""
        state, key, *hidden = [row[part] for part in self.parts]
        return ModelState(row, state, key, tuple(hidden))
