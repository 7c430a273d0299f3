"""The loop that learns a set of piano-rolls: pass after pass, the best averaged weights on validation out.

Interrupted anywhere, it goes on from the end of the last pass that was saved. Importing this module imports TensorFlow.
"""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.piano_rolls import frames
from benchmarks.piano_rolls.data import Roll
from benchmarks.piano_rolls.learner import Learner
from benchmarks.piano_rolls.network import Array
from benchmarks.piano_rolls.settings import Settings
from midi.errors import ModelError
from training import checkpoint
from training.checkpoint import Checkpoint
from training.interruption import interruption
from training.plan import FLOOR, WARM_UP
from training.progress import bar

CHECKPOINT = "checkpoint.npz"
SAVE_EVERY_S = 30.0
FORMAT = "{desc}: {percentage:3.0f}%|{bar}| {elapsed} so far, {remaining} left{postfix}"


@dataclass(slots=True)
class Course:
    """The state of a training; `held_out` is in nats per frame, at the end of each pass."""

    passes: int
    seconds: float
    held_out: list[float]
    best: dict[str, Array]


class Fit:
    """One training, from its first step or from its checkpoint in the folder `work`."""

    def __init__(
        self, settings: Settings, train: Sequence[Roll], valid: Sequence[Roll], work: Path, corpus: str
    ) -> None:
        """`corpus` is a digest that a resumed training must share.

        Raises:
            InputError: the folder holds a training with other settings, or it cannot be read.
        """
        self.settings, self._train, self._valid = settings, train, valid
        self._path = work / CHECKPOINT
        self._told = {**asdict(settings), "corpus": corpus}
        for listed in ("periods", "lags"):
            self._told[listed] = list(self._told[listed])
        self.learner = Learner(settings, train[0].shape[1])
        self.course = Course(0, 0.0, [], {})
        kept = checkpoint.load(self._path, self._told)
        if kept is not None:
            self._restore(kept)

    @property
    def over(self) -> bool:
        """Whether nothing is left to learn."""
        return bool(self.course.passes) and self._progress() >= 1

    def run(self) -> bool:
        """Learn until the passes or the time are over (True) or it is interrupted, and saved (False)."""
        began, saved = time.monotonic() - self.course.seconds, time.monotonic()
        with interruption() as asked, self._bar() as shown:
            while not self.over:
                for batch in self._pass():
                    self._learn(batch)
                    self.course.seconds = time.monotonic() - began
                    self._show(shown)
                    if asked.is_set():
                        return False
                    if self.settings.seconds and self.course.seconds >= self.settings.seconds:
                        break
                self._look()
                self.course.seconds = time.monotonic() - began
                if self.over or time.monotonic() - saved > SAVE_EVERY_S:
                    self._save()
                    saved = time.monotonic()
        return True

    def _pass(self) -> Any:
        settings = self.settings
        self._states = self.learner.network.zeros(settings.streams)
        rng = np.random.default_rng([settings.seed, self.course.passes])
        return frames.epoch(self._train, self.learner.layout, settings.streams, settings.chunk, rng, settings.home)

    def _learn(self, batch: frames.Batch) -> None:
        cosine = FLOOR + (1 - FLOOR) * (1 + math.cos(math.pi * self._progress())) / 2
        rate = self.settings.rate * cosine * min(1.0, (self.learner.steps + 1) / WARM_UP)
        _, self._states = self.learner.learn(batch, rate, self._states)

    def _progress(self) -> float:
        settings = self.settings
        length = -(-sum(map(len, self._train)) // settings.streams)
        steps = settings.epochs * -(-length // settings.chunk)
        parts = [self.learner.steps / steps]
        if settings.seconds:
            parts.append(self.course.seconds / settings.seconds)
        return min(1.0, max(parts))

    def _look(self) -> None:
        held_out = self.learner.held_out(self._valid)
        course = self.course
        if not math.isfinite(held_out) and not course.best:
            raise ModelError(f"training diverged in pass {course.passes + 1}: begin anew with another --seed")
        if not course.best or held_out < min(course.held_out):
            course.best = self.learner.weights()
        course.passes += 1
        course.held_out.append(held_out)

    def _bar(self) -> Any:
        return bar(1000, "training", bar_format=FORMAT, initial=round(1000 * self._progress()), miniters=0)

    def _show(self, shown: Any) -> None:
        story = f"pass {self.course.passes + 1}"
        if self.course.held_out:
            story += f", held out {self.course.held_out[-1]:.3f} (best {min(self.course.held_out):.3f})"
        shown.set_postfix_str(story, refresh=False)
        shown.update(round(1000 * self._progress()) - shown.n)

    def _save(self) -> None:
        course = self.course
        variables = {str(index): value for index, value in enumerate(self.learner.values())}
        notes = {
            "settings": self._told, "passes": course.passes, "seconds": course.seconds,
            "steps": self.learner.steps, "held_out": course.held_out,
        }  # fmt: skip
        checkpoint.save(self._path, Checkpoint({"variables": variables, "best": course.best}, notes))

    def _restore(self, kept: Checkpoint) -> None:
        variables = kept.groups["variables"]
        self.learner.assign([variables[str(index)] for index in range(len(variables))])
        best = {name: np.asarray(value, np.float32) for name, value in kept.groups["best"].items()}
        notes = kept.notes
        self.learner.steps = int(notes["steps"])
        self.course = Course(notes["passes"], notes["seconds"], list(notes["held_out"]), best)
