"""The loss curve as a picture: learning and held-out nats per note against passes and time, the n-gram as a line."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from training.baselines import Baselines
from training.history import Validation


def draw(path: Path, name: str, validations: Sequence[Validation], known: Baselines) -> None:
    """Write a PNG of a training's validations; `known` are baselines on the same pieces."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.5), dpi=120, layout="constrained")
    passes = [row.epoch for row in validations]
    learned = [
        validation for validation in validations if validation.step
    ]  # a model that was begun from is looked at before it learns
    axes.plot(
        [row.epoch for row in learned],
        [row.learning for row in learned],
        color="#9aa5b1",
        label="learning (dropout on)",
    )
    axes.plot(
        passes,
        [row.held_out for row in validations],
        color="#1f5fa8",
        linewidth=2,
        marker=".",
        label="held out",
    )
    best = min(validations, key=lambda row: row.held_out)
    axes.plot([best.epoch], [best.held_out], "o", color="#c0392b", label=f"kept: {best.held_out:.3f}", zorder=5)
    for nats, what, dashes in ((sum(known.ngram), "n-gram", "--"), (sum(known.adaptive), "n-gram, adapting", ":")):
        axes.axhline(nats, color="#555555", linestyle=dashes, linewidth=1, label=f"{what}: {nats:.3f}")
    low = min([best.held_out, sum(known.adaptive), *(row.learning for row in learned)])
    high = max(sum(known.ngram), best.held_out)
    axes.set_ylim(low - 0.15 * (high - low + 0.2), high + 1.2 * (high - low + 0.5))
    axes.set_xlabel("passes through the music")
    axes.set_ylabel("nats per note (lower is better)")
    axes.set_title(f"{name}: loss while learning, and on the held-out pieces")
    axes.grid(alpha=0.25)
    axes.legend(loc="upper right")
    if best.epoch and validations[-1].seconds > 0:
        minutes_a_pass = validations[-1].seconds / 60 / max(validations[-1].epoch, 1e-9)
        clock = axes.secondary_xaxis("top", functions=(_scaled(minutes_a_pass), _scaled(1 / minutes_a_pass)))
        clock.set_xlabel("minutes", fontsize=8)
    figure.savefig(path)
    pyplot.close(figure)


def _scaled(factor: float) -> Callable[[Any], Any]:
    return lambda values: values * factor
