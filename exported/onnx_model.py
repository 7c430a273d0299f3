"""A model folder, loaded: an exported step graph in a session, with what is needed to draw from it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from exported.batch_buffers import BatchBuffers
from exported.card import Card, check_graph, read_card
from exported.graph_check import checked_constants
from exported.heads import Floats, Head, heads_of
from exported.imitation import Imitation
from exported.model_state import ModelState, StateLayout, Step
from exported.runtime import CUDA, Session, median_seconds, open_on
from exported.style_readout import StyleReadout
from midi.tokens import Field, Token, start

WARM_UP_STEPS = 20


@dataclass(slots=True)
class OnnxModel:
    """A model in an onnxruntime session. Not thread-safe: its buffers are bound to the session."""

    card: Card
    session: Session
    heads: tuple[Head, ...]
    """Heads by field: they make probabilities of a hidden row."""
    readout: StyleReadout | None = None
    """Judges the style of a phrase; None: the model has learned none."""
    imitation: Imitation = field(init=False)
    fields: tuple[Field, ...] = field(init=False)
    """The fields it reads and draws, in drawing order."""
    layout: StateLayout = field(init=False)
    """The layout of its states."""
    origin: ModelState = field(init=False)
    """The state before the first note."""
    _buffers: dict[int, BatchBuffers] = field(default_factory=dict)
    """By the number of steps taken at once."""

    def __post_init__(self) -> None:
        self.fields = self.card.fields
        self.imitation = Imitation.of(self.card.imitation, self.fields)
        widths = [head.weights.shape[0] for head in self.heads]
        self.layout = StateLayout.of([self.card.state_size, self.card.key_size, *widths])
        self.origin = self.after(start(self.card.inputs), np.zeros(self.card.state_size, np.float32))

    @property
    def on_cuda(self) -> bool:
        """True if the session runs on a GPU."""
        return CUDA in self.session.get_providers()

    def take(self, steps: Sequence[Step]) -> None:
        """Take steps together, and give each the state after its own note.

        8-bit weights: the numbers between are scaled by the largest of the batch, so that a state depends a little
        on the others, within the model's own rounding.
        """
        if steps:
            states = self._buffers_for(len(steps)).run([(step.token, step.before) for step in steps])
            for step, state in zip(steps, states, strict=True):
                step.keep(state)

    def after(self, token: Token, before: Floats) -> ModelState:
        """The state after one note, by its ids, from a recurrent state (S,), which is not changed."""
        return self._buffers_for(1).run(((token, before),))[0]

    def _buffers_for(self, size: int) -> BatchBuffers:
        buffers = self._buffers.get(size)
        if buffers is None:
            buffers = self._buffers[size] = BatchBuffers(self.session, self.card, self.layout, size)
        return buffers


def load_model(folder: Path, provider: str = "auto", voices: int = 1) -> OnnxModel:
    """Load and warm up the model of a folder, for up to `voices` steps at once; its card and graph are checked first.

    Raises:
        ModelError, MachineError, InputError: see `exported.card` and `exported.runtime`.
    """
    card = read_card(folder)
    graph = check_graph(folder, card)
    token = start(card.inputs)

    def seconds(session: Session) -> float:
        model = _bound(session, card, folder)
        return median_seconds(lambda: model.after(token, model.origin.state))

    model = _bound(open_on(graph, provider, seconds), card, folder)
    step = Step(token, model.origin.state, lambda _: None)
    for _ in range(WARM_UP_STEPS):
        model.take([step])
    for size in range(2, voices + 1):
        model.take([step] * size)
    return model


def _bound(session: Session, card: Card, folder: Path) -> OnnxModel:
    constants = checked_constants(session, card, folder)
    heads = heads_of(card.fields, card.context_fields, constants)
    return OnnxModel(card, session, heads, StyleReadout.of(card.fields, constants))
