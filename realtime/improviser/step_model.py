"""The model as the improviser needs it: one protocol, by which steps are taken. Pure.

Whoever lags behind (the ring, the plan) names its next step; the model takes it, alone or together with
those of other engines. The improviser opens no model: it is handed one.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from exported.card import Card
from exported.heads import Head
from exported.imitation import Imitation
from exported.model_state import ModelState, StateLayout, Step
from exported.style_readout import StyleReadout
from midi.tokens import Field


class StepModel(Protocol):
    """A model that takes steps, and what is needed to draw from the states after them."""

    card: Card
    heads: tuple[Head, ...]
    fields: tuple[Field, ...]
    imitation: Imitation
    layout: StateLayout
    origin: ModelState
    readout: StyleReadout | None

    def take(self, steps: Sequence[Step]) -> None:
        """Take steps together, and give each the state after its own note."""


def catch_up(model: StepModel, next_step: Callable[[], Step | None]) -> None:
    """Take every step that is named, until none is any more."""
    while (step := next_step()) is not None:
        model.take((step,))
