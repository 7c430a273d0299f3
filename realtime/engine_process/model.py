"""A model as the engine sees it: one note and a state in, a Moment out. Engine process."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from exported.card import Card, check_graph, conditions, constant_names, input_names, output_names, read_card
from exported.heads import Floats, Head, heads_of
from exported.imitation import Imitation
from midi.errors import ModelError
from midi.tokens import Field, Token, start
from realtime.engine_process.provider import CUDA, median_seconds, open_session

WARM_UP_STEPS = 20
SHORTEST_KEY = 1e-12
Shape = tuple[int | str | None, ...]


class Moment(NamedTuple):
    """What the model knows after a note. `state` (S,), `key` (K,) of length 1, `hidden`: a row (D,) for each field.

    All of them are parts of one `row`, which is kept by one copy.
    """

    row: Floats
    state: Floats
    key: Floats
    hidden: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a moment's parts stand in its row: the state, the key, and a hidden row for each field."""

    parts: tuple[slice, ...]

    @classmethod
    def of(cls, sizes: Sequence[int]) -> "Layout":
        """Parts of these sizes, one after the other."""
        return cls(tuple(slice(end - size, end) for end, size in zip(accumulate(sizes), sizes, strict=True)))

    @property
    def width(self) -> int:
        """Of a row."""
        return int(self.parts[-1].stop)

    def moment(self, row: Floats) -> Moment:
        """The moment that a row holds; its arrays are the row's own."""
        state, key, *hidden = [row[part] for part in self.parts]
        return Moment(row, state, key, tuple(hidden))


@dataclass(slots=True)
class StepModel:
    """An exported step graph in an onnxruntime session. Not thread-safe: its buffers are bound to the session."""

    card: Card
    session: ort.InferenceSession
    heads: tuple[Head, ...]
    """For each field, how its hidden row becomes probabilities."""
    imitation: Imitation = field(init=False)
    fields: tuple[Field, ...] = field(init=False)
    """The fields it reads and draws, in drawing order."""
    layout: Layout = field(init=False)
    """Of the moments it makes."""
    origin: Moment = field(init=False)
    """The moment before the first note."""
    _binding: ort.IOBinding = field(init=False)
    _ids: list[npt.NDArray[np.int32]] = field(init=False)
    _state: Floats = field(init=False)
    _outputs: Floats = field(init=False)
    """All outputs in one row, which one copy takes away."""

    def __post_init__(self) -> None:
        self.fields = self.card.fields
        self.imitation = Imitation.of(self.card.imitation, self.fields)
        self._bind()
        self.origin = self.step(start(self.card.inputs), np.zeros(self.card.state_size, np.float32))

    def _bind(self) -> None:
        self._ids = [np.zeros(1, np.int32) for _ in self.card.inputs]
        inputs = _inputs(self.card, self._ids)
        self._state = inputs["state"][0]
        self._binding = self.session.io_binding()
        for name, array in inputs.items():
            self._binding.bind_cpu_input(name, array)
        self.layout = Layout.of(
            [self.card.state_size, self.card.key_size, *(head.weights.shape[0] for head in self.heads)]
        )
        self._outputs = np.zeros(self.layout.width, np.float32)
        for name, columns in zip(output_names(self.fields), self.layout.parts, strict=True):
            part = self._outputs[columns]
            self._binding.bind_output(name, "cpu", 0, np.float32, (1, part.size), part.ctypes.data)

    @property
    def on_cuda(self) -> bool:
        """Whether the session runs on a GPU."""
        return CUDA in self.session.get_providers()

    def step(self, token: Token, state: Floats) -> Moment:
        """Take in one note, by the ids of its fields and contexts.

        state: (S,), not changed; the arrays of the Moment are new.
        """
        for ids, value in zip(self._ids, token, strict=True):
            ids[0] = value
        self._state[:] = state
        self.session.run_with_iobinding(self._binding)
        moment = self.layout.moment(self._outputs.copy())
        key = moment.key
        key *= 1 / max(math.sqrt(key.dot(key)), SHORTEST_KEY)
        return moment


def load_model(folder: Path, provider: str = "auto") -> StepModel:
    """Load and warm up the model of a folder, once its card and its graph have been checked.

    Raises:
        ModelError, MachineError, InputError: see `exported.card` and `realtime.engine_process.provider`.
    """
    card = read_card(folder)
    graph = check_graph(folder, card)
    before_all = start(card.inputs)

    def seconds(session: ort.InferenceSession) -> float:
        model = _bind(session, card, folder)
        return median_seconds(lambda: model.step(before_all, model.origin.state))

    model = _bind(open_session(graph, provider, seconds), card, folder)
    for _ in range(WARM_UP_STEPS):
        model.step(before_all, model.origin.state)
    return model


def _bind(session: ort.InferenceSession, card: Card, folder: Path) -> StepModel:
    constant = constant_names(card.fields, card.given)
    tensors = [*session.get_inputs(), *session.get_outputs()]
    actual = {one.name: tuple(one.shape if one.name in constant else one.shape[1:]) for one in tensors}
    expected = _shapes(card, actual)
    wrong = [name for name in actual | expected if actual.get(name) != expected.get(name)]
    if wrong:
        promised, found = ({name: side.get(name) for name in wrong} for side in (expected, actual))
        raise ModelError(f"{folder}: the card promises tensors of shape {promised}; the graph has {found}")
    values = session.run(constant, _inputs(card, [np.zeros(1, np.int32) for _ in card.inputs]))
    return StepModel(card, session, heads_of(card.fields, card.given, dict(zip(constant, values, strict=True))))


def _shapes(card: Card, actual: dict[str, Shape]) -> dict[str, Shape]:
    """Every tensor's shape but for the batch, as the card promises it; how wide a head is, the graph itself says."""
    shapes: dict[str, Shape] = {one.name: () for one in card.inputs}
    shapes |= {"state": (card.state_size,), "next_state": (card.state_size,), "key": (card.key_size,)}
    width = {one.name: (actual.get(f"{one.name}_hidden") or (None,))[-1] for one in card.fields}
    for later, told in conditions(card.fields, card.given):
        rows = told.input_size if told in card.given else told.size
        shapes[f"{later.name}_given_{told.name}"] = (rows, width[later.name])
    for one in card.fields:
        shapes[f"{one.name}_hidden"] = (width[one.name],)
        shapes[f"{one.name}_weights"] = (width[one.name], one.size)
        shapes[f"{one.name}_bias"] = (one.size,)
    return shapes


def _inputs(card: Card, ids: list[npt.NDArray[np.int32]]) -> dict[str, npt.NDArray[np.int32] | Floats]:
    """What the graph is run with: these ids and a clear state."""
    return dict(zip(input_names(card.inputs), [*ids, np.zeros((1, card.state_size), np.float32)], strict=True))
