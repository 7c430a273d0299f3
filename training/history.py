"""The history of a training: steps, seconds, validations on held-out pieces, the best weights so far; and its curve."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from midi.errors import ModelError
from training.baselines import Baselines
from training.plan import Plan

Weights = dict[str, npt.NDArray[Any]]
"""The trained variables, by their place in the model."""


@dataclass(frozen=True, slots=True)
class Validation:
    """The loss on the held-out pieces at one step, in nats per note.

    `learning` is the training loss since the validation before.
    """

    step: int
    seconds: float
    epoch: float
    learning: float
    held_out: float
    by_field: tuple[float, ...]


@dataclass(slots=True)
class History:
    """The steps so far; `nats` and `notes` add up the training loss since the last validation."""

    step: int = 0
    seconds: float = 0.0
    nats: float = 0.0
    notes: float = 0.0
    validations: list[Validation] = field(default_factory=list)
    best: Weights = field(default_factory=dict)

    @classmethod
    def of(cls, content: Mapping[str, Any], best: Weights) -> "History":
        """Rebuild from the content that `as_json` gave, and the best weights."""
        validations = [Validation(**{**row, "by_field": tuple(row["by_field"])}) for row in content["validations"]]
        return cls(**{**content, "validations": validations, "best": best})

    def as_json(self) -> dict[str, Any]:
        """All but the weights."""
        return asdict(replace(self, best={}))

    @property
    def best_validation(self) -> Validation:
        """The validation with the lowest loss, at which the weights were the best; there must be one."""
        return min(self.validations, key=lambda row: row.held_out)

    @property
    def since_validation(self) -> tuple[int, float]:
        """Steps and seconds since the last validation."""
        last = self.validations[-1] if self.validations else Validation(0, 0.0, 0.0, 0.0, 0.0, ())
        return self.step - last.step, self.seconds - last.seconds

    def over(self, plan: Plan, notes: int) -> bool:
        """True if the plan for so many notes is fulfilled, or the best validation is long past by count and by plan."""
        if not self.validations:
            return False
        best = self.best_validation
        now = plan.progress(self.step, self.seconds, notes)
        if now >= 1:
            return True
        validations_since = len(self.validations) - 1 - self.validations.index(best)
        since = now - plan.progress(best.step, best.seconds, notes)
        return validations_since >= plan.patience and since >= plan.patient_for

    def add_step(self, nats: float, notes: float) -> None:
        """Add one more step."""
        self.step += 1
        self.nats += nats
        self.notes += notes

    def add_validation(self, by_field: npt.NDArray[np.float64], epoch: float, weights: Weights) -> None:
        """Add a validation, nats per note by field, and keep the weights if none was better."""
        learning = self.nats / max(1.0, self.notes)
        costs = tuple(float(nats) for nats in by_field)
        validation = Validation(self.step, self.seconds, epoch, learning, sum(costs), costs)
        if not self.validations and not math.isfinite(validation.held_out):
            raise ModelError(
                f"training diverged: at step {self.step} the held-out loss is {validation.held_out}; "
                "begin anew with another --seed, or fewer --units (and --fresh)"
            )
        if not self.validations or validation.held_out < self.best_validation.held_out:
            self.best = weights
        self.validations.append(validation)
        self.nats = self.notes = 0.0

    def story(self, epoch: float, pace: float) -> str:
        """In a few words, beside the progress bar; `pace` in notes per second."""
        words = [f"pass {epoch:.1f}", f"{pace:,.0f} notes/s"]
        if self.notes:
            words.append(f"learning {self.nats / self.notes:.3f}")
        if self.validations:
            words.append(f"held out {self.validations[-1].held_out:.3f} (best {self.best_validation.held_out:.3f})")
        return ", ".join(words)


def draw_curve(path: Path, name: str, history: History, known: Baselines) -> None:
    """Write a PNG of a training's validations; `known` are baselines on the same pieces."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    ngram, adapting = sum(known.ngram), sum(known.adaptive)
    validations, best = history.validations, history.best_validation
    learned = [row for row in validations if row.step]  # a model that was begun from is looked at before it learns
    figure, axes = pyplot.subplots(figsize=(8, 4.5), dpi=120, layout="constrained")
    axes.plot(*_points(learned, "learning"), color="#9aa5b1", label="learning (dropout on)")
    axes.plot(*_points(validations, "held_out"), color="#1f5fa8", linewidth=2, marker=".", label="held out")
    axes.plot([best.epoch], [best.held_out], "o", color="#c0392b", label=f"kept: {best.held_out:.3f}", zorder=5)
    axes.axhline(ngram, color="#555555", linestyle="--", linewidth=1, label=f"n-gram: {ngram:.3f}")
    axes.axhline(adapting, color="#555555", linestyle=":", linewidth=1, label=f"n-gram, adapting: {adapting:.3f}")
    low, high = min(best.held_out, adapting, *(row.learning for row in learned)), max(ngram, best.held_out)
    axes.set_ylim(low - 0.15 * (high - low + 0.2), high + 1.2 * (high - low + 0.5))
    axes.set(xlabel="passes through the music", ylabel="nats per note (lower is better)")
    axes.set_title(f"{name}: loss while learning, and on the held-out pieces")
    axes.grid(alpha=0.25)
    axes.legend(loc="upper right")
    figure.savefig(path)
    pyplot.close(figure)


def _points(validations: Sequence[Validation], what: str) -> tuple[list[float], list[float]]:
    return [row.epoch for row in validations], [getattr(row, what) for row in validations]
