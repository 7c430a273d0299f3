"""A comparison of a model with its base model: on the new music, and on what the base model knew."""

from collections.abc import Mapping, Sequence
from typing import Any

from exported.card import IMITATE
from exported.imitation import Imitation
from training.base_model import BaseModel
from training.evaluate import evaluate
from training.pieces import Ints
from training.stepper import Stepper
from training.verdict import is_better


def compared(base: BaseModel, after: Stepper, judged: Sequence[Ints], known: Sequence[Ints]) -> dict[str, Any]:
    """Compare for a card's `held_out`: `before`, the base model on the judged pieces; `forgetting`, both on the known.

    Pieces are ids [N, I] of the base model's inputs; with none known there is no `forgetting`. Losses in nats per note.
    """
    card = base.card
    earlier = Stepper(base.graph, card.fields, card.given)
    how = Imitation.of(card.imitation, card.fields)
    facts: dict[str, Any] = {
        "before": {
            **evaluate(earlier, judged).as_json(),
            "imitating": {"weight": IMITATE, **evaluate(earlier, judged, IMITATE, how).as_json()},
        }
    }
    if known:
        facts["forgetting"] = {
            "works": len(known),
            "notes": sum(map(len, known)),
            "before": round(evaluate(earlier, known).total, 4),
            "after": round(evaluate(after, known).total, 4),
        }
    return facts


def summary(held_out: Mapping[str, Any]) -> str:
    """Say in a sentence whether anything of the style was learned, from a card's `held_out` with that comparison."""
    before, after = held_out["before"]["nats_per_note"], held_out["nats_per_note"]
    learned = "learned your style" if is_better(after, before) else "did not learn your style yet"
    style = f"{before:.3f} -> {after:.3f}"
    lost = held_out.get("forgetting")
    memory = f"{lost['before']:.3f} -> {lost['after']:.3f}" if lost else "not measured"
    return f"{learned}: {style} nats a note on your held-out pieces; on what it knew before: {memory}"
