"""Where a training stands: steps, seconds, what was seen of the held-out pieces, and the best weights so far."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from midi.errors import ModelError
from training.plan import Plan

Weights = dict[str, npt.NDArray[Any]]
"""The trained variables, by their place in the model."""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the held-out pieces, in nats per note; `learning` is the training loss since the look before."""

    step: int
    seconds: float
    epoch: float
    learning: float
    held_out: float
    by_field: tuple[float, ...]


@dataclass(slots=True)
class Course:
    """The steps so far; `nats` and `notes` add up what was learned from since the last look."""

    step: int = 0
    seconds: float = 0.0
    nats: float = 0.0
    notes: float = 0.0
    looks: list[Look] = field(default_factory=list)
    best: Weights = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any], best: Weights) -> "Course":
        """From what `as_json` told, and the best weights."""
        looks = [Look(**{**look, "by_field": tuple(look["by_field"])}) for look in told["looks"]]
        return cls(told["step"], told["seconds"], told["nats"], told["notes"], looks, best)

    def as_json(self) -> dict[str, Any]:
        """All but the weights."""
        return {
            "step": self.step,
            "seconds": self.seconds,
            "nats": self.nats,
            "notes": self.notes,
            "looks": [asdict(look) for look in self.looks],
        }

    @property
    def best_look(self) -> Look | None:
        """The look at which the held-out pieces were foretold best."""
        return min(self.looks, key=lambda look: look.held_out, default=None)

    @property
    def since_look(self) -> tuple[int, float]:
        """Steps and seconds since the last look."""
        last = self.looks[-1] if self.looks else Look(0, 0.0, 0.0, 0.0, 0.0, ())
        return self.step - last.step, self.seconds - last.seconds

    def over(self, plan: Plan, notes: int) -> bool:
        """The plan for so many notes is fulfilled, or the best look lies far back, in looks and in the plan."""
        best = self.best_look
        if best is None:
            return False
        now = plan.progress(self.step, self.seconds, notes)
        if now >= 1:
            return True
        looks_since = len(self.looks) - 1 - self.looks.index(best)
        since = now - plan.progress(best.step, best.seconds, notes)
        return looks_since >= plan.patience and since >= plan.patient_for

    def learned(self, nats: float, notes: float) -> None:
        """One more step."""
        self.step += 1
        self.nats += nats
        self.notes += notes

    def looked(self, by_field: npt.NDArray[np.float64], epoch: float, weights: Weights) -> None:
        """Note what the held-out pieces cost, nats per note, and keep the weights if they never cost less."""
        learning = self.nats / max(1.0, self.notes)
        costs = tuple(float(nats) for nats in by_field)
        look = Look(self.step, self.seconds, epoch, learning, sum(costs), costs)
        if self.best_look is None and not math.isfinite(look.held_out):
            raise ModelError(
                f"training diverged: at step {self.step} the held-out loss is {look.held_out}; "
                "begin anew with another --seed, or fewer --units (and --fresh)"
            )
        if self.best_look is None or look.held_out < self.best_look.held_out:
            self.best = weights
        self.looks.append(look)
        self.nats = self.notes = 0.0

    def story(self, epoch: float, pace: float) -> str:
        """In a few words, beside the progress bar; `pace` in notes per second."""
        words = [f"pass {epoch:.1f}", f"{pace:,.0f} notes/s"]
        if self.notes:
            words.append(f"learning {self.nats / self.notes:.3f}")
        if self.best_look is not None:
            words.append(f"held out {self.looks[-1].held_out:.3f} (best {self.best_look.held_out:.3f})")
        return ", ".join(words)
