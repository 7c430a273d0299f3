"""Arrays that a session reads and writes for a number of steps at once, bound to it once."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from exported.card import Card, input_names, output_names
from exported.heads import Floats
from exported.model_state import ModelState, StateLayout
from exported.runtime import Session
from midi.tokens import Token

SHORTEST_KEY = 1e-12


class BatchBuffers:
    """Takes `size` steps at once, each from its own state. Not thread-safe: the session writes into its arrays."""

    def __init__(self, session: Session, card: Card, layout: StateLayout, size: int) -> None:
        self._session = session
        self._layout = layout
        self._ids = [np.zeros(size, np.int32) for _ in card.inputs]
        inputs = inputs_of(card, self._ids)
        self._states = inputs["state"]
        self._binding = session.io_binding()
        for name, array in inputs.items():
            self._binding.bind_cpu_input(name, array)
        self._written = np.zeros(layout.width * size, np.float32)
        """All outputs, one after the other: of one step, they are its row already."""
        self._outputs: list[Floats] = []
        for name, part in zip(output_names(card.fields), layout.parts, strict=True):
            block = self._written[part.start * size : part.stop * size].reshape(size, -1)
            self._binding.bind_output(name, "cpu", 0, np.float32, block.shape, block.ctypes.data)
            self._outputs.append(block)

    def run(self, steps: Sequence[tuple[Token, Floats]]) -> list[ModelState]:
        """The states after these tokens, each from the recurrent state (S,) beside it, which is not changed."""
        for index, (token, before) in enumerate(steps):
            for ids, value in zip(self._ids, token, strict=True):
                ids[index] = value
            self._states[index] = before
        self._session.run_with_iobinding(self._binding)
        if len(steps) == 1:
            return [self._state_in(self._written.copy())]
        return [self._state_in(row) for row in np.concatenate(self._outputs, axis=1)]

    def _state_in(self, row: Floats) -> ModelState:
        state = self._layout.state_in(row)
        key = state.key
        key *= 1 / max(math.sqrt(key.dot(key)), SHORTEST_KEY)
        return state


def inputs_of(card: Card, ids: Sequence[npt.NDArray[np.int32]]) -> dict[str, npt.NDArray[np.int32] | Floats]:
    """The graph's inputs by name: ids, an array (B,) for each input, and clear states."""
    states = np.zeros((len(ids[0]), card.state_size), np.float32)
    return dict(zip(input_names(card.inputs), [*ids, states], strict=True))
