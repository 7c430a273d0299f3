"""The improviser plays with whatever takes steps: here a model in numpy, of one layer and no runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from exported.card import Card, conditions, read_card
from exported.heads import Floats, Head, heads_of
from exported.imitation import Imitation
from exported.model_state import ModelState, StateLayout, Step
from exported.style_readout import StyleReadout
from realtime.improviser.engine import Engine
from realtime.improviser.step_model import StepModel, catch_up
from realtime.messages import ListenFrom, Message, Proposal
from realtime.settings import Settings

UNITS = 8


class NumpyModel:
    """Adds up what it takes in; random heads."""

    def __init__(self, card: Card) -> None:
        rng = np.random.default_rng(0)
        self.card, self.fields = card, card.fields
        self.imitation = Imitation.of(card.imitation, card.fields)
        self.layout = StateLayout.of([UNITS, UNITS, *[UNITS] * len(card.fields)])
        self.heads: tuple[Head, ...] = heads_of(card.fields, card.context_fields, _constants(card, rng))
        self.origin = self._after(np.zeros(UNITS, np.float32), 0)
        self.readout: StyleReadout | None = None
        self.steps = 0

    def take(self, steps: Sequence[Step]) -> None:
        for step in steps:
            self.steps += 1
            step.keep(self._after(step.before, sum(step.token)))

    def _after(self, before: Floats, value: int) -> ModelState:
        state = np.tanh(np.roll(before, 1) + np.sin(value + np.arange(UNITS))).astype(np.float32)
        row = np.concatenate([state, state / np.linalg.norm(state), *[state] * len(self.fields)])
        return self.layout.state_in(row)


def _constants(card: Card, rng: np.random.Generator) -> dict[str, Floats]:
    shapes: dict[str, tuple[int, ...]] = {}
    for later, earlier in conditions(card.fields, card.context_fields):
        shapes[f"{later.name}_given_{earlier.name}"] = (max(earlier.size, earlier.input_size), UNITS)
    for field in card.fields:
        shapes[f"{field.name}_weights"], shapes[f"{field.name}_bias"] = (UNITS, field.size), (field.size,)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def test_an_engine_plays_with_a_model_that_is_no_graph(tiny_folder: Path) -> None:
    model: StepModel = NumpyModel(read_card(tiny_folder))
    engine = Engine(model, Settings(mode="solo", bars=2))
    engine.receive(ListenFrom(0))
    messages: list[Message] = []
    while (wake_ns := engine.wake_ns) is not None and len(messages) < 100:
        messages += engine.advance(wake_ns)
    assert any(isinstance(message, Proposal) for message in messages)


def test_catching_up_takes_each_step_once_and_in_order(tiny_folder: Path) -> None:
    model = NumpyModel(read_card(tiny_folder))
    token = (0,) * len(model.card.inputs)

    class Notes:
        """Three notes without a state."""

        kept: list[ModelState] = []

        def next_step(self) -> Step | None:
            before = self.kept[-1] if self.kept else model.origin
            return Step(token, before.state, self.kept.append) if len(self.kept) < 3 else None

    notes = Notes()
    catch_up(model, notes.next_step)
    assert model.steps == len(notes.kept) == 3
    assert not np.array_equal(notes.kept[0].state, notes.kept[1].state)
