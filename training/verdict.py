"""Says in a line whether a training was worth it, and what to do next; from a card's figures, nats per note."""

from collections.abc import Mapping
from typing import Any

from exported.card import Card

LEAST = 0.01
"""Nats a note: of a smaller difference nobody hears anything, and another draw of held-out music may turn it."""


def is_better(after: float, before: float) -> bool:
    """True if one figure is better than another by enough to speak of; not a number never is."""
    return after <= before - LEAST


def verdict(card: Card) -> str:
    """Better than counting or not, as it is played (imitating), and what to do next."""
    held_out = card.held_out
    played = held_out["imitating"]["nats_per_note"]
    counting = min(row["nats_per_note"] for row in held_out["baselines"].values())
    against = f"{played:.3f} against {counting:.3f} nats a note on music it has not seen, less is better"
    if is_better(played, counting):
        return f"better than counting: {against}. Play with it"
    worse = "worse than counting" if is_better(counting, played) else "no better than counting"
    return f"{worse}: {against}. {_advice(card)}"


def summary(held_out: Mapping[str, Any]) -> str:
    """Say in a sentence whether anything of the style was learned, from a card's `held_out` with that comparison."""
    before, after = held_out["before"]["nats_per_note"], held_out["nats_per_note"]
    learned = "learned your style" if is_better(after, before) else "did not learn your style yet"
    style = f"{before:.3f} -> {after:.3f}"
    lost = held_out.get("forgetting")
    memory = f"{lost['before']:.3f} -> {lost['after']:.3f}" if lost else "not measured"
    return f"{learned}: {style} nats a note on your held-out pieces; on what it knew before: {memory}"


def _advice(card: Card) -> str:
    """Advise what helps most, by how the training was made."""
    if "from" in card.training:
        return "Give it more files, or a longer --time"
    if card.sounds:
        return "Give it more files or a longer --time, or leave out --preset classic"
    return "Give it more files or a longer --time, or begin from a model that knows more: --from default"
