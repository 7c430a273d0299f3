"""The verdict on touch: which of velocity, placement and pedal a training taught, held-out figures before and after."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LEAST = 0.05
"""A difference of explained variance, or of AUC: another draw of held-out music may turn a smaller difference."""


@dataclass(frozen=True, slots=True)
class Measure:
    """The quality of the prediction of a field of touch. `of_nothing`: the figure of who knows its mean, or guesses."""

    word: str
    field: str
    unit: str
    of_nothing: float

    @property
    def head(self) -> str:
        """The head of its column."""
        return f"{self.unit} {self.field}"

    def of(self, figures: Mapping[str, Any]) -> float | None:
        """The figure; None where the music does not tell the field, or tells one value of it only."""
        if self.unit == "AUC":
            return figures.get("pedal_auc")
        explained: float | None = figures.get("explained_variance", {}).get(self.field)
        return explained

    def is_learned(self, before: float, after: float) -> bool:
        """True if it is predicted better than before, and better than by its mean."""
        return after >= max(before, self.of_nothing) + LEAST


MEASURES = (
    Measure("touch", "velocity", "R2", 0.0),
    Measure("placement", "deviation", "R2", 0.0),
    Measure("pedal", "pedal", "AUC", 0.5),
)


def touch_figures(figures: Mapping[str, Any]) -> dict[str, float]:
    """The explained part of touch, by the head of its column, where that was measured."""
    cells = {measure.head: measure.of(figures) for measure in MEASURES}
    return {head: value for head, value in cells.items() if value is not None}


def touch_lines(held_out: Mapping[str, Any]) -> Iterator[str]:
    """A line on what was learned of touch, from a card's `held_out` with a comparison; none where none is told."""
    learned: list[str] = []
    missed: list[str] = []
    for measure in MEASURES:
        before, after = measure.of(held_out["before"]), measure.of(held_out)
        if before is not None and after is not None:
            figures = f"your {measure.word} ({measure.head} {before:.2f} -> {after:.2f})"
            (learned if measure.is_learned(before, after) else missed).append(figures)
    if learned:
        but = f"; not {' or '.join(missed)}" if missed else ""
        yield f"it learned {', '.join(learned)}{but}"
    elif missed:
        yield f"it did not learn {' or '.join(missed)}"
