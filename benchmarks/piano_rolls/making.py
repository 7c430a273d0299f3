"""From a set of piano-rolls to a step in one file: learn, export, check against Keras, tune the imitation.

Importing this module imports TensorFlow.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.piano_rolls.card import Card
from benchmarks.piano_rolls.data import Rolls
from benchmarks.piano_rolls.fit import Fit
from benchmarks.piano_rolls.graph import step_graph
from benchmarks.piano_rolls.imitation import Imitation
from benchmarks.piano_rolls.learner import Learner
from benchmarks.piano_rolls.score import listen, tune
from benchmarks.piano_rolls.settings import Settings
from benchmarks.piano_rolls.step import Step
from midi.atomic_file import replacing
from midi.errors import InputError, ModelError

TOLERANCE = 1e-3
"""The distance allowed between the step's hidden layer and Keras' own, whose numbers reach some tens."""
COMPARED = 4
"""Validation sequences on which they are compared."""


def make(rolls: Rolls, settings: Settings, work: Path, path: Path) -> bool:
    """Learn in the folder `work` and leave the step at `place`; False if it was interrupted, and saved.

    Raises:
        InputError: what lies in the folder cannot be resumed, or `place` cannot be written.
        ModelError: training diverged, or the exported step does not compute what Keras does.
    """
    fit = Fit(settings, rolls.splits["train"], rolls.splits["valid"], work, rolls.sha256)
    if not fit.run():
        return False
    export(fit, rolls, path)
    return True


def export(fit: Fit, rolls: Rolls, path: Path) -> None:
    """Write the best weights of a training as a step, with the imitation that suits the validation sequences."""
    learner = fit.learner
    learner.take(fit.course.best)
    weights = learner.weights()
    card = Card(
        name=rolls.name,
        sha256=rolls.sha256,
        keys=learner.layout.keys,
        settings=fit.settings,
        parameters=sum(value.size for value in weights.values()),
        passes=fit.course.passes,
        best_pass=1 + int(np.argmin(fit.course.held_out)),
        seconds=round(fit.course.seconds),
        held_out=min(fit.course.held_out),
        imitation=Imitation(0.0, 1.0, 1.0),
    )
    step = Step(step_graph(weights, card.as_properties()).SerializeToString())
    valid = rolls.splits["valid"]
    _compare(step, learner, rolls)
    print("tuning the imitation on the validation sequences ...", file=sys.stderr, flush=True)
    card = replace(card, imitation=tune(listen(step, valid, learner.layout)))
    graph = step_graph(weights, card.as_properties()).SerializeToString()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, durable=True) as partial:
            partial.write_bytes(graph)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def _compare(step: Step, learner: Learner, rolls: Rolls) -> None:
    some = rolls.splits["valid"][:COMPARED]
    apart = max(
        float(np.abs(learner.hidden(roll) - hidden).max())
        for roll, hidden in zip(some, step.listen(some, learner.layout), strict=True)
    )
    if not apart <= TOLERANCE:
        raise ModelError(f"the exported step's hidden layer is {apart:.1e} from Keras' own; {TOLERANCE:.0e} is allowed")
    print(f"the exported step agrees with Keras within {apart:.0e} on {len(some)} validation sequences")
