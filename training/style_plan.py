"""The plan of a model of styles: shares, sizes, steps. Imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from training.plan import FLOOR, WARM_UP

SHARES: Mapping[str, float] = {
    "folk": 0.28,
    "chorale": 0.14,
    "song": 0.11,
    "classical": 0.06,
    "performance": 0.16,
    "ragtime": 0.03,
    "jazz": 0.12,
    "bass": 0.03,
    "band": 0.07,
}
"""The share of each style in the notes that the default model learns from, whatever there is of it."""
DECAY = 0.25
"""The share of the steps over which the learning rate falls."""
DRUM_SHARES: Mapping[str, float] = {"drums": 1.0}


@dataclass(frozen=True, slots=True)
class StylePlan:
    """Shares by style, and the sizes and steps of `training.plan.Plan`, which ends by steps alone."""

    shares: Mapping[str, float] = field(default_factory=lambda: SHARES)
    layers: int = 1
    units: int = 512
    width: int = 192
    touch_width: int = 64
    dropout: float = 0.1
    weight_drop: float = 0.05
    streams: int = 64
    chunk: int = 64
    rate: float = 2e-3
    """Gentle, since it begins from a model: at 3e-3 more of that was lost."""
    steps: int = 6_000
    validate_every: int = 250
    seed: int = 1

    def settings(self) -> dict[str, object]:
        """The settings that a resumed training must share with the interrupted one: all but where it ends."""
        kept = {name: getattr(self, name) for name in self.__slots__ if name not in ("steps", "validate_every")}
        return kept | {"shares": dict(self.shares)}

    def rate_at(self, step: int) -> float:
        """The learning rate: a short warm-up, level, and a line down to FLOOR over the last steps.

        Unlike half a cosine it does not depend on the end before DECAY begins, so that a training may be prolonged
        until then (Hu et al. 2024, "MiniCPM", call it warm-up, stable, decay).
        """
        left = min(1.0, (self.steps - step) / (DECAY * self.steps))
        return self.rate * min(1.0, (step + 1) / WARM_UP) * (FLOOR + (1 - FLOOR) * max(0.0, left))


DRUM_PLAN = StylePlan(DRUM_SHARES, units=192, width=128, touch_width=128, weight_drop=0.0, rate=4e-3, steps=4_000)
"""The drummer is a small model of its own."""
