"""The loop that learns styles: batches by share in, figures by style out; interrupted anywhere, it goes on there.

Importing this module imports TensorFlow.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import keras
import numpy as np

from midi.tokens import VOICE, Field
from training import checkpoint
from training.fit import CHECKPOINT, SAVE_EVERY_S, assign_numbered, checkpoint_of, numbered, restore
from training.growing import grown
from training.history import History
from training.interruption import interruption
from training.mixture import Mixture
from training.network import Network, Shape, Weights
from training.style_figures import StyleFigures, measure
from training.style_plan import StylePlan
from training.styled_encoding import EncodedStyle

Pieces = Mapping[str, Sequence[EncodedStyle]]


class StyleFit:
    """One training, from its first step or from its checkpoint in the folder `work`."""

    def __init__(
        self,
        plan: StylePlan,
        fields: Sequence[Field],
        contexts: Sequence[Field],
        train: Pieces,
        valid: Pieces,
        work: Path,
        base: Weights | None = None,
    ) -> None:
        """`train` and `valid` by style; `base`: the weights of a smaller model to begin from, instead of chance.

        Raises:
            InputError: the folder holds a training with other settings.
        """
        self._plan, self._valid, self._path = plan, valid, work / CHECKPOINT
        self._settings = {
            "format": checkpoint.FORMAT,
            **plan.settings(),
            "fields": [field.name for field in (*fields, *contexts)],
            "notes": {style: sum(map(len, pieces)) for style, pieces in train.items()},
            "from_base": base is not None,
        }
        kept = checkpoint.load(self._path, self._settings)
        keras.utils.set_random_seed(plan.seed)
        self._rng = np.random.default_rng(plan.seed)
        self._mixture = Mixture(train, plan.shares, fields, contexts, plan.streams, plan.chunk, self._rng)
        sizes = (plan.layers, plan.units, plan.width, plan.dropout, plan.weight_drop, plan.touch_width)
        shape = Shape(tuple(fields), tuple(contexts), *sizes)
        self.network = Network(shape, plan.streams, plan.chunk)
        if base is not None:
            self.network.begin_from(grown(base, self.network.weights()))
        self.history = History()
        if kept is not None:
            self.history = restore(kept, self.network, self._mixture, self._rng)

    @property
    def over(self) -> bool:
        """True if all steps of the plan are done."""
        return self.history.step >= self._plan.steps

    def run(self, notify: Callable[[str], None] = print) -> bool:
        """Learn to the end of the plan, and take the best weights; False if it was interrupted, and saved."""
        with interruption() as interrupted:
            saved, began = time.monotonic(), time.monotonic() - self.history.seconds
            while not self.over and not interrupted.is_set():
                batch = self._mixture.next()
                rate = self._plan.rate_at(self.history.step)
                self.history.add_step(self.network.train(batch, rate), float(batch.loss_mask[:, :, 1].sum()))
                self.history.seconds = time.monotonic() - began
                if self.over or self.history.since_validation[0] >= self._plan.validate_every:
                    self._validate(notify)
                if time.monotonic() - saved >= SAVE_EVERY_S:
                    self._save()
                    saved = time.monotonic()
            self._save()
        if self.over and self.history.best:
            assign_numbered(self.network.model.trainable_variables, self.history.best)
        return self.over

    def _validate(self, notify: Callable[[str], None]) -> None:
        """Measure every style; weights are the better the less the styles cost, weighed by their shares."""
        figures = measure(self.network, self._valid, self._plan.streams, self._plan.chunk)
        total = sum(self._plan.shares.values())
        costs = [self._plan.shares[style] / total * figures[style].total() for style in sorted(figures)]
        weights = numbered(self.network.model.trainable_variables)
        self.history.add_validation(np.array(costs), 0.0, weights)
        notify(f"step {self.history.step:,} of {self._plan.steps:,}, {self.history.seconds / 60:.1f} minutes")
        for style, share in self._mixture.drawn().items():
            notify(f"  {style:12} {share:4.0%}  {line(figures[style])}")

    def _save(self) -> None:
        kept = checkpoint_of(self.network, self._mixture, self.history, self._rng, self._settings)
        checkpoint.save(self._path, kept)


def line(figures: StyleFigures) -> str:
    """One style's figures in a line: nats a note by field, R2 of touch, AUC of the pedal."""
    words = [f"{figures.total():.3f}"]
    words += [f"{name} {nats:.3f}" for name, nats in figures.per_note().items() if name != VOICE.name]
    for name in figures.expected:
        explained = figures.explained(name)
        words += [] if explained is None else [f"R2 {name} {explained:.3f}"]
    pressed = figures.pedal_auc()
    return ", ".join([*words, *([] if pressed is None else [f"AUC pedal {pressed:.3f}"])])
