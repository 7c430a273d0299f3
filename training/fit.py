"""The loop that learns: batches in, the best weights on held-out pieces out; interrupted anywhere, it goes on there.

Keras' own `fit` can stall for tens of seconds at its end and never stops within an epoch: the loop is ours
(docs/decisions/0013-own-training-loop.md).
Importing this module imports TensorFlow.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import keras
import numpy as np

from midi.tokens import Field
from training import checkpoint
from training.batches import Replay, Streams, packed
from training.checkpoint import Checkpoint
from training.encoding import EncodedPiece
from training.history import History
from training.interruption import interruption
from training.network import Network, Shape, Weights
from training.plan import VALIDATIONS_IN_TIME, Plan
from training.progress import bar
from training.steps import Batch

CHECKPOINT = "checkpoint.npz"
SAVE_EVERY_S = 60.0

_FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} so far, {remaining} left{postfix}"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A training's outcome: the network, with its best weights if it is finished, and how it got there."""

    network: Network
    history: History
    finished: bool
    """False: it was interrupted, and its checkpoint lies in the work folder."""


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a training, instead of chance; `name` tells it from others in a resumed training's settings."""

    name: str
    weights: Weights
    known: Replay | None
    """The pieces to replay, if any."""


class Fit:
    """One training, from its first step or from its checkpoint in the folder `work`."""

    def __init__(
        self,
        plan: Plan,
        fields: Sequence[Field],
        given: Sequence[Field],
        train: Sequence[EncodedPiece],
        valid: Sequence[EncodedPiece],
        work: Path,
        corpus: str,
        start: Start | None = None,
    ) -> None:
        """`fields` and `given` name the pieces' columns; `corpus` is a digest that a resumed training must share.

        Raises:
            InputError: the folder holds a training with other settings.
        """
        plan = plan.for_notes(sum(map(len, train)))
        self._plan, self._fields, self._given = plan, tuple(fields), tuple(given)
        self._valid = list(valid)
        self._path = work / CHECKPOINT
        self._settings = _settings(plan, (*fields, *given), corpus, start)
        kept = checkpoint.load(self._path, self._settings)
        keras.utils.set_random_seed(plan.seed)
        self._rng = np.random.default_rng(plan.seed)
        kind = (self._fields, self._given, plan.streams, plan.chunk, self._rng)
        self._streams = Streams(train, *kind, start.known if start else None)
        shape = (plan.layers, plan.units, plan.width, plan.dropout or 0.0, plan.weight_drop, plan.touch_width)
        self._network = Network(Shape(self._fields, self._given, *shape), plan.streams, plan.chunk)
        self._history = History()
        if kept is not None:
            self._history = restore(kept, self._network, self._streams, self._rng)
        elif start is not None:
            self._network.begin_from(start.weights)
            self._validate()  # if nothing that it learns is better, it stays what it was

    @property
    def resumed_at(self) -> float:
        """Seconds of training already behind it; 0 for a fresh one."""
        return self._history.seconds

    @property
    def over(self) -> bool:
        """True if there is nothing left to learn within the plan."""
        return self._history.over(self._plan, self._streams.notes)

    def run(self, notify: Callable[[str], None] = print) -> Fitted:
        """Learn until the plan ends, the held-out loss has long not fallen, or it is interrupted (and saved)."""
        history = self._history
        with interruption() as asked, self._bar() as shown:
            began = time.monotonic() - history.seconds
            saved = time.monotonic()
            while not self.over and not asked.is_set():
                self._learn()
                history.seconds = time.monotonic() - began
                if self._progress() >= 1 or self._validation_is_due():
                    self._validate()
                    history.seconds = time.monotonic() - began
                if time.monotonic() - saved > SAVE_EVERY_S:
                    self._save()
                    saved = time.monotonic()
                self._show(shown)
        self._save()
        finished = self.over
        if finished:
            assign_numbered(self._network.model.trainable_variables, history.best)
            if self._progress() < 1:
                notify("the held-out pieces have long not been foretold better: stopped early")
        return Fitted(self._network, history, finished)

    def _learn(self) -> None:
        batch = self._streams.next()
        rate = self._plan.rate_at(self._history.step, self._progress())
        self._history.add_step(self._network.train(batch, rate), _notes(batch))

    def _validate(self) -> None:
        """Measure the held-out pieces, each from START and a clear state, and keep the weights if none were better."""
        states = self._network.states
        losses, notes = np.zeros(len(self._fields)), 0.0
        for batch in packed(self._valid, self._fields, self._given, self._plan.streams, self._plan.chunk):
            losses += self._network.losses(batch)
            notes += _notes(batch)
        self._network.states = states
        self._history.add_validation(losses / notes, self._epoch(), numbered(self._network.model.trainable_variables))

    def _validation_is_due(self) -> bool:
        steps, seconds = self._history.since_validation
        in_time = self._plan.seconds is not None and seconds >= self._plan.seconds / VALIDATIONS_IN_TIME
        return in_time or steps >= self._plan.steps_between_validations(self._streams.notes)

    def _progress(self) -> float:
        return self._plan.progress(self._history.step, self._history.seconds, self._streams.notes)

    def _epoch(self) -> float:
        return self._history.step / self._plan.steps_in_epoch(self._streams.notes)

    def _bar(self) -> Any:
        """Progress in thousandths of the plan, so that time left means the same whether steps or seconds end it."""
        return bar(1000, "training", bar_format=_FORMAT, initial=round(1000 * self._progress()), miniters=0)

    def _show(self, shown: Any) -> None:
        pace = self._history.step * self._plan.streams * self._plan.chunk / max(self._history.seconds, 1e-9)
        shown.set_postfix_str(self._history.story(self._epoch(), pace), refresh=False)
        shown.update(round(1000 * self._progress()) - shown.n)

    def _save(self) -> None:
        kept = checkpoint_of(self._network, self._streams, self._history, self._rng, self._settings)
        checkpoint.save(self._path, kept)


def _settings(plan: Plan, columns: Sequence[Field], corpus: str, start: Start | None) -> dict[str, Any]:
    """All that a resumed training must share with the one that it resumes."""
    names = [field.name for field in columns]
    settings = {"format": checkpoint.FORMAT, **plan.settings(), "fields": names, "corpus": corpus}
    if start is None:
        return settings
    return settings | {"from": start.name, "rehearsed": start.known.share if start.known else 0}


def _notes(batch: Batch) -> float:
    """The number of notes a batch predicts: what counts of its first field, or of the one after the voice."""
    return float(batch.loss_mask[:, :, min(1, batch.loss_mask.shape[2] - 1)].sum())


class Reader(Protocol):
    """Reads the pieces that are learned from, and can go on where it stood."""

    def snapshot(self) -> dict[str, Any]:
        """Arrays that say where it stands."""

    def restore(self, arrays: Mapping[str, Any]) -> None:
        """Go on from there."""


def checkpoint_of(
    network: Network, reader: Reader, history: History, rng: np.random.Generator, settings: Mapping[str, Any]
) -> Checkpoint:
    """All that a training needs to go on."""
    groups = {
        "variables": numbered(network.variables),
        "optimizer": numbered(network.optimizer.variables),
        "states": numbered(network.states),
        "streams": reader.snapshot(),
        "best": history.best,
    }
    return Checkpoint(groups, {"settings": settings, "history": history.as_json(), "rng": rng.bit_generator.state})


def restore(kept: Checkpoint, network: Network, reader: Reader, rng: np.random.Generator) -> History:
    """Put network, reader and random numbers where a checkpoint has them; returns its history."""
    assign_numbered(network.variables, kept.groups["variables"])
    assign_numbered(network.optimizer.variables, kept.groups["optimizer"])
    states = kept.groups["states"]
    network.states = [states[str(index)].astype(np.float32) for index in range(len(states))]
    reader.restore(kept.groups["streams"])
    rng.bit_generator.state = kept.notes["rng"]
    return History.of(kept.notes["history"], dict(kept.groups["best"]))


def numbered(values: Sequence[Any]) -> dict[str, Any]:
    """Copies of variables by their place, as a checkpoint holds them."""
    return {str(index): np.asarray(value).copy() for index, value in enumerate(values)}


def assign_numbered(variables: Sequence[Any], values: Mapping[str, Any]) -> None:
    """Give variables the values of such copies."""
    for index, variable in enumerate(variables):
        variable.assign(values[str(index)])
