"""The exported step as the daemon runs it, for measuring: on one thread, many pieces side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from exported.card import GRAPH, Card, constant_names, input_names, output_names
from exported.heads import Floats, Head, heads_of
from exported.runtime import open_session
from midi.tokens import Field, start
from training.pieces import Ints


class Stepper:
    """A loaded step graph, and its heads."""

    def __init__(self, graph: Path | bytes, fields: Sequence[Field], given: Sequence[Field] = ()) -> None:
        """Load a graph from its file or its bytes."""
        self._session = open_session(graph)
        self.fields, self.inputs = tuple(fields), (*fields, *given)
        self._names, self._outputs = input_names(self.inputs), output_names(fields)
        self.state_size = int(self._session.get_inputs()[-1].shape[1])
        names = constant_names(fields, given)
        constants = dict(zip(names, self._session.run(names, self._feeds(self.started(1), self.zeros(1))), strict=True))
        self.heads: tuple[Head, ...] = heads_of(fields, given, constants)

    @classmethod
    def of(cls, folder: Path, card: Card) -> "Stepper":
        """The step of a model's folder."""
        return cls(folder / GRAPH, card.fields, card.context_fields)

    def zeros(self, voices: int) -> Floats:
        """The state before the first note. Shape [voices, S]."""
        return np.zeros((voices, self.state_size), np.float32)

    def started(self, voices: int) -> Ints:
        """The ids that stand before the first note. Shape [voices, I]."""
        return np.tile(np.array(start(self.inputs), np.int32), (voices, 1))

    def step(self, ids: Ints, state: Floats) -> dict[str, Floats]:
        """Take in one note a voice, ids [B, I], state [B, S]; the changing outputs by name."""
        return dict(zip(self._outputs, self._session.run(self._outputs, self._feeds(ids, state)), strict=True))

    def constants(self, names: Sequence[str]) -> dict[str, Floats]:
        """The constant outputs of these names, those that the graph has."""
        present = [output.name for output in self._session.get_outputs() if output.name in names]
        feeds = self._feeds(self.started(1), self.zeros(1))
        return dict(zip(present, self._session.run(present, feeds), strict=True)) if present else {}

    def _feeds(self, ids: Ints, state: Floats) -> dict[str, npt.NDArray[np.generic]]:
        return dict(zip(self._names, [*np.ascontiguousarray(ids.T), state], strict=True))
