"""A model as the engine sees it: one note and a state in, a Moment out. Engine process."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from exported.card import Card, check_graph, input_names, output_names, read_card, table_names, widths
from midi.errors import ModelError
from midi.tokens import START, Field, Token
from realtime.provider import CUDA, median_seconds, open_session

Floats = npt.NDArray[np.float32]
WARM_UP_STEPS = 20


class Moment(NamedTuple):
    """What the model knows after a note. `state` (S,), `key` (H,), `logits`: one (N,) array per field, in order."""

    state: Floats
    key: Floats
    logits: tuple[Floats, ...]


@dataclass(slots=True)
class StepModel:
    """An exported step graph in an onnxruntime session. Not thread-safe: its input buffers are reused."""

    card: Card
    session: ort.InferenceSession
    tables: tuple[tuple[Floats, ...], ...]
    """For each field, one (N(earlier), N(field)) array per earlier field: what its drawn id adds to the logits."""
    _inputs: dict[str, npt.NDArray[np.int32] | Floats] = field(init=False)
    _ids: list[npt.NDArray[np.int32]] = field(init=False)
    _outputs: list[str] = field(init=False)
    origin: Moment = field(init=False)
    """The moment before the first note."""

    def __post_init__(self) -> None:
        self._ids = [np.zeros(1, np.int32) for _ in self.card.fields]
        names = input_names(self.card.fields)
        self._inputs = dict(zip(names, [*self._ids, np.zeros((1, self.card.state_size), np.float32)], strict=True))
        self._outputs = output_names(self.card.fields)
        self.origin = self.step(START, np.zeros(self.card.state_size, np.float32))

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields it reads and draws, in drawing order."""
        return self.card.fields

    @property
    def on_cuda(self) -> bool:
        """Whether the session runs on a GPU."""
        return CUDA in self.session.get_providers()

    def step(self, token: Token, state: Floats) -> Moment:
        """Take in one note. state: (S,), not changed; the arrays of the Moment are new."""
        for ids, value in zip(self._ids, token, strict=False):  # a model without dynamics has no velocity input
            ids[0] = value
        self._inputs["state"] = state.reshape(1, -1)
        next_state, key, *logits = self.session.run(self._outputs, self._inputs)
        return Moment(next_state[0], key[0], tuple(row[0] for row in logits))


def load_model(folder: Path, provider: str = "auto") -> StepModel:
    """Load and warm up the model of a folder, once its card and its graph have been checked.

    Raises:
        ModelError, MachineError, InputError: see `exported.card` and `realtime.provider`.
    """
    card = read_card(folder)
    graph = check_graph(folder, card)

    def seconds(session: ort.InferenceSession) -> float:
        model = _bind(session, card, folder)
        return median_seconds(lambda: model.step(START, model.origin.state))

    model = _bind(open_session(graph, provider, seconds), card, folder)
    for _ in range(WARM_UP_STEPS):
        model.step(START, model.origin.state)
    return model


def _bind(session: ort.InferenceSession, card: Card, folder: Path) -> StepModel:
    tensors = [*session.get_inputs(), *session.get_outputs()]
    actual = {tensor.name: tensor.shape[-1] if tensor.shape[1:] else None for tensor in tensors}
    expected = widths(card)
    wrong = sorted(actual.keys() ^ expected.keys()) or [
        name for name, width in expected.items() if actual[name] != width
    ]
    if wrong:
        promised, found = ({name: side.get(name) for name in wrong} for side in (expected, actual))
        raise ModelError(f"{folder}: the card promises tensors of last dimension {promised}; the graph has {found}")
    blank: dict[str, npt.NDArray[np.int32] | Floats] = {f.name: np.zeros(1, np.int32) for f in card.fields}
    blank["state"] = np.zeros((1, card.state_size), np.float32)
    constants = iter(session.run(table_names(card.fields), blank))
    tables = tuple(tuple(next(constants) for _ in range(index)) for index in range(len(card.fields)))
    return StepModel(card, session, tables)
