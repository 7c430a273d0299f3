"""The loss curve as a picture: learning and held-out nats per note against passes, the n-grams as lines."""

from collections.abc import Sequence
from pathlib import Path

from training.baselines import Baselines
from training.history import History, Validation


def draw(path: Path, name: str, history: History, known: Baselines) -> None:
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
