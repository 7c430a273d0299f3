"""A model as the engine sees it: a note and a state in, a Moment out; or several at once. Engine process."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from exported.card import Card, check_graph, conditions, constant_names, output_names, read_card
from exported.heads import Floats, Head, heads_of
from exported.imitation import Imitation
from midi.errors import ModelError
from midi.tokens import Field, Token, start
from realtime.improviser.batch_buffers import BatchBuffers, inputs_of
from realtime.improviser.model_state import ModelState, StateLayout, Step
from realtime.live.engine_host.provider import CUDA, median_seconds, open_session

WARM_UP_STEPS = 20
LARGEST = 1e9
"""Of any number that a graph gives: products of two of them are still finite in float32."""
Shape = tuple[int | str | None, ...]


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
    layout: StateLayout = field(init=False)
    """Of the moments it makes."""
    origin: ModelState = field(init=False)
    """The moment before the first note."""
    _bound: dict[int, BatchBuffers] = field(default_factory=dict)
    """What is bound for so many steps at once."""

    def __post_init__(self) -> None:
        self.fields = self.card.fields
        self.imitation = Imitation.of(self.card.imitation, self.fields)
        widths = [head.weights.shape[0] for head in self.heads]
        self.layout = StateLayout.of([self.card.state_size, self.card.key_size, *widths])
        self.origin = self.step(start(self.card.inputs), np.zeros(self.card.state_size, np.float32))

    @property
    def on_cuda(self) -> bool:
        """Whether the session runs on a GPU."""
        return CUDA in self.session.get_providers()

    def step(self, token: Token, state: Floats) -> ModelState:
        """Take in one note, by the ids of its fields and contexts.

        state: (S,), not changed; the arrays of the Moment are new.
        """
        return self._of(1).run(((token, state),))[0]

    def step_together(self, steps: Sequence[Step]) -> None:
        """Take the steps that several wait for as one, and give each the moment after its own.

        8-bit weights: the numbers between are scaled by the largest of the batch, so that a moment depends a little
        on the others, within the model's own rounding.
        """
        if steps:
            moments = self._of(len(steps)).run([(step.token, step.state) for step in steps])
            for step, moment in zip(steps, moments, strict=True):
                step.keep(moment)

    def _of(self, size: int) -> BatchBuffers:
        bound = self._bound.get(size)
        if bound is None:
            bound = self._bound[size] = BatchBuffers(self.session, self.card, self.layout, size)
        return bound


def load_model(folder: Path, provider: str = "auto", voices: int = 1) -> StepModel:
    """Load and warm up the model of a folder, for up to so many steps at once; its card and graph are checked first.

    Raises:
        ModelError, MachineError, InputError: see `exported.card` and `realtime.live.engine_host.provider`.
    """
    card = read_card(folder)
    graph = check_graph(folder, card)
    before_all = start(card.inputs)

    def seconds(session: ort.InferenceSession) -> float:
        model = _bind(session, card, folder)
        return median_seconds(lambda: model.step(before_all, model.origin.state))

    model = _bind(open_session(graph, provider, seconds), card, folder)
    alone = Step(before_all, model.origin.state, lambda _: None)
    for _ in range(WARM_UP_STEPS):
        model.step_together([alone])
    for size in range(2, voices + 1):
        model.step_together([alone] * size)
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
    values = session.run(constant, inputs_of(card, [np.zeros(1, np.int32) for _ in card.inputs]))
    _check_finite(constant, values, folder)
    changing = output_names(card.fields)
    _check_finite(changing, session.run(changing, _every_id(card)), folder)
    return StepModel(card, session, heads_of(card.fields, card.given, dict(zip(constant, values, strict=True))))


def _every_id(card: Card) -> dict[str, npt.NDArray[np.int32] | Floats]:
    """What takes every id of every input in once, side by side."""
    count = max(one.input_size for one in card.inputs)
    return inputs_of(card, [np.arange(count, dtype=np.int32) % one.input_size for one in card.inputs])


def _check_finite(names: Sequence[str], values: Sequence[Floats], folder: Path) -> None:
    wrong = sorted({name for name, value in zip(names, values, strict=True) if not (np.abs(value) <= LARGEST).all()})
    if wrong:
        raise ModelError(
            f"{folder}: its graph gives numbers that are not finite, or beyond {LARGEST:g} ({', '.join(wrong[:3])}): "
            "copy the folder again whole, or train it again"
        )


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
